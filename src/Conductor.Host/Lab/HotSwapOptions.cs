namespace Conductor.Host.Lab;

/// <summary>What a run of the hot swap lab is asked for.</summary>
internal sealed record HotSwapOptions
{
    /// <summary>Streams at once, all the time; 1 to 20,000. With a <see cref="Rate"/> the most at once.</summary>
    public required int Streams { get; init; }

    /// <summary>New streams a second, 1 to 1,000; null = as many at once as <see cref="Streams"/> says.</summary>
    public int? Rate { get; init; }

    /// <summary>How often every plugin's DLL is replaced while they run; 1 to 10,000.</summary>
    public required int Swaps { get; init; }

    /// <summary>Plugins to try, a DLL or a folder each; empty = the plugin `openai-compatible`.</summary>
    public IReadOnlyList<string> Plugins { get; init; } = [];

    /// <summary>Chunks of one stream.</summary>
    public required int Chunks { get; init; }

    /// <summary>Between two chunks of a stream.</summary>
    public required TimeSpan Pause { get; init; }

    /// <summary>Between two swaps.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>After this the run is given up, as a violation.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>How long one stream lasts when nothing is in its way.</summary>
    public TimeSpan StreamLength => Pause * Chunks;
}
