using System.Globalization;
using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage;

/// <summary>The ledger beside a provider's own account, request by request, by the provider's ids of them. Not thread-safe.</summary>
public sealed class LedgerReconciliation
{
    private const int MostTold = 100;
    private readonly Dictionary<string, UsageExportLine> _lines = new(StringComparer.Ordinal);
    private readonly HashSet<string> _met = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    /// <summary>Requests that both know.</summary>
    public int Matched => _met.Count;

    /// <summary>Requests that both know and that differ in tokens or in cost.</summary>
    public int Drifted { get; private set; }

    /// <summary>The ledger's tokens less the provider's, over what both know.</summary>
    public long TokenDrift { get; private set; }

    /// <summary>The ledger's cost less the provider's, over what both know and price.</summary>
    public NanoUsd CostDrift { get; private set; }

    /// <summary>Requests of the provider's account that the ledger does not know.</summary>
    public int MissingInLedger => _lines.Count - _met.Count;

    /// <summary>What those cost by the provider's account, where it says.</summary>
    public NanoUsd MissingCost => _lines.Where(line => !_met.Contains(line.Key)).Aggregate(NanoUsd.Zero, (sum, line) => sum + (line.Value.Cost ?? NanoUsd.Zero));

    /// <summary>Rows of the ledger with an id of the provider's that its account does not know.</summary>
    public int MissingInExport { get; private set; }

    /// <summary>Lines of the account that repeat an id; the first counts.</summary>
    public int Repeated { get; private set; }

    /// <summary>The first hundred differences, a sentence each, those that the ledger does not know at the end.</summary>
    public IEnumerable<string> Differences =>
        _differences.Concat(_lines.Keys.Where(id => !_met.Contains(id)).Select(id => $"{id} is in the account and not in the ledger")).Take(MostTold);

    /// <summary>Whether the two agree.</summary>
    public bool Agrees => Drifted == 0 && MissingInLedger == 0 && MissingInExport == 0;

    /// <summary>Takes the provider's account; before the ledger's rows.</summary>
    public void Take(UsageExportLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Repeated += _lines.TryAdd(line.RequestId, line) ? 0 : 1;
    }

    /// <summary>Takes a row of the ledger. One without an id of the provider's, or that used nothing, is passed over.</summary>
    public void Take(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.UpstreamRequestId is not { Length: > 0 } id || row.CostStatus == CostStatus.Released)
        {
            return;
        }

        if (!_lines.TryGetValue(id, out var line))
        {
            MissingInExport++;
            Tell($"{id} is in the ledger (request {row.RequestId}) and not in the account");
            return;
        }

        if (!_met.Add(id))
        {
            Drifted++;
            Tell($"{id} is in the ledger twice");
            return;
        }

        var input = row.Usage.InputTokens - (line.InputTokens ?? row.Usage.InputTokens);
        var output = row.Usage.OutputTokens - (line.OutputTokens ?? row.Usage.OutputTokens);
        var cost = row.Cost is { } mine && line.Cost is { } theirs ? mine - theirs : NanoUsd.Zero;
        TokenDrift += input + output;
        CostDrift += cost;
        if (input != 0 || output != 0 || cost != NanoUsd.Zero)
        {
            Drifted++;
            Tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{id} has {row.Usage.InputTokens}+{row.Usage.OutputTokens} tokens, {row.Cost} USD in the ledger ({row.CostStatus}), and {line.InputTokens}+{line.OutputTokens}, {line.Cost} USD in the account"));
        }
    }

    private void Tell(string difference)
    {
        if (_differences.Count < MostTold)
        {
            _differences.Add(difference);
        }
    }
}
