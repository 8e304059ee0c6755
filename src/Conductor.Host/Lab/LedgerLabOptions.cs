namespace Conductor.Host.Lab;

/// <summary>What a run of the ledger lab is asked for.</summary>
internal sealed record LedgerLabOptions
{
    /// <summary>Requests in all; 1 to 10,000,000.</summary>
    public required int Requests { get; init; }

    /// <summary>The share of requests whose caller leaves before the answer is whole, 0 to 1.</summary>
    public required double Cancel { get; init; }

    /// <summary>The share of requests that the upstream fails, 0 to 1.</summary>
    public required double Fail { get; init; }

    /// <summary>How often the gateway is killed meanwhile; 0 to 1,000.</summary>
    public required int Kills { get; init; }

    /// <summary>Callers at once; 1 to 2,000.</summary>
    public required int Callers { get; init; }

    /// <summary>`storage.durability`: `slots` or `full`.</summary>
    public required string Durability { get; init; }

    /// <summary>What requests, moments and answers are chosen by; equal seeds give equal requests.</summary>
    public int Seed { get; init; } = 20261120;

    /// <summary>Whether the time of a restart is judged; not on a machine that is busy with other things.</summary>
    public bool JudgesTime { get; init; } = true;

    /// <summary>After this the run is given up, as a violation.</summary>
    public required TimeSpan Limit { get; init; }
}
