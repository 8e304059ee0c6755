using System.Globalization;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Host.Lab;

/// <summary>The gateway's ledger beside the upstream's bill, request by request.</summary>
internal sealed class LedgerComparison
{
    private const int MostTold = 20;
    private readonly List<string> _violations = [];
    private readonly Dictionary<string, LedgerRow> _rows = new(StringComparer.Ordinal);

    /// <summary>Rows by what they came to.</summary>
    public Dictionary<CostStatus, int> Rows { get; } = [];

    /// <summary>Requests that reached the upstream.</summary>
    public int Billed { get; private set; }

    /// <summary>Rows from the upstream's own figures, and how far those and the bill are apart, in tokens and in money, all differences counted as positive.</summary>
    public (int Rows, long Tokens, NanoUsd Cost) Settled { get; private set; }

    /// <summary>Attempts that a kill interrupted: what is booked for them and what the upstream billed.</summary>
    public (int Rows, NanoUsd Booked, NanoUsd Billed) Interrupted { get; private set; }

    /// <summary>Streams that their callers left: what the ledger counts and what the upstream had sent, in tokens.</summary>
    public (int Rows, long Counted, long Sent) Left { get; private set; }

    /// <summary>Other answers that were cut short, by callers or by the upstream: what is booked and what was billed.</summary>
    public (int Rows, NanoUsd Booked, NanoUsd Billed) Estimated { get; private set; }

    /// <summary>Rows of requests that never reached the upstream; none of them is settled at a cost.</summary>
    public int Unreached { get; private set; }

    public int ViolationCount { get; private set; }

    /// <summary>The first violations, as sentences.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Takes a row of the ledger.</summary>
    public void Add(LedgerRow row)
    {
        Rows[row.CostStatus] = Rows.GetValueOrDefault(row.CostStatus) + 1;
        if (!_rows.TryAdd(row.RequestId, row))
        {
            Tell($"{row.RequestId} is in the ledger twice");
        }

        if (row.CostStatus is CostStatus.Interrupted or CostStatus.Estimated && !(row.Cost <= row.Reserved))
        {
            Tell($"{row.RequestId} is {row.CostStatus} at {row.Cost} USD, more than the {row.Reserved} reserved for it");
        }
    }

    /// <summary>Holds all rows against the bill.</summary>
    public void Compare(IReadOnlyDictionary<string, Bill> bills, IReadOnlyDictionary<string, Seen> seen, Func<string, LedgerLabRequest> requestOf)
    {
        foreach (var (name, bill) in bills)
        {
            Billed++;
            if (bill.Asked != 1)
            {
                Tell($"the upstream was asked {bill.Asked} times for {name}");
            }

            if (!_rows.TryGetValue(name, out var row))
            {
                Tell($"the upstream billed {name}, and the ledger does not know it");
                continue;
            }

            Compare(name, bill, row, seen.GetValueOrDefault(name, Seen.Broken), requestOf(name));
        }

        foreach (var row in _rows.Values.Where(row => !bills.ContainsKey(row.RequestId)))
        {
            Unreached++;
            if (row.CostStatus == CostStatus.Settled && row.Cost != NanoUsd.Zero)
            {
                Tell($"{row.RequestId} is settled, and never reached the upstream");
            }
        }

        foreach (var name in seen.Where(one => one.Value == Seen.Whole && !_rows.ContainsKey(one.Key)).Select(one => one.Key))
        {
            Tell($"the caller of {name} has its whole answer, and the ledger does not know it");
        }
    }

    private void Compare(string name, Bill bill, LedgerRow row, Seen seen, LedgerLabRequest request)
    {
        if (row.Reserved is { } reserved && bill.Cost > reserved)
        {
            Tell($"{name} was billed at {bill.Cost} USD, more than the {reserved} reserved for it");
        }

        if (seen == Seen.Whole && request.Mode == LedgerLabMode.Answer && row.CostStatus != CostStatus.Settled)
        {
            Tell($"the caller of {name} has its whole answer, and its row is {row.CostStatus}");
        }

        switch (row.CostStatus)
        {
            case CostStatus.Settled:
                CompareSettled(name, bill, row);
                break;
            case CostStatus.Interrupted:
                Interrupted = (Interrupted.Rows + 1, Interrupted.Booked + (row.Cost ?? NanoUsd.Zero), Interrupted.Billed + bill.Cost);
                break;
            case CostStatus.Estimated when request is { IsStream: true, LeavesAfter: not null }:
                Left = (Left.Rows + 1, Left.Counted + row.Usage.TotalTokens, Left.Sent + bill.InputTokens + bill.OutputTokens);
                break;
            case CostStatus.Estimated:
                Estimated = (Estimated.Rows + 1, Estimated.Booked + (row.Cost ?? NanoUsd.Zero), Estimated.Billed + bill.Cost);
                break;
            case CostStatus.Released when bill.OutputTokens > 0:
                Tell($"{name} is released, and the upstream billed {bill.OutputTokens} tokens of answer");
                break;
            case CostStatus.Unknown:
                Tell($"the cost of {name} is unknown");
                break;
        }
    }

    private void CompareSettled(string name, Bill bill, LedgerRow row)
    {
        var tokens = Math.Abs(row.Usage.InputTokens - bill.InputTokens) + Math.Abs(row.Usage.OutputTokens - bill.OutputTokens);
        var cost = new NanoUsd(Int128.Abs(((row.Cost ?? NanoUsd.Zero) - bill.Cost).Value));
        Settled = (Settled.Rows + 1, Settled.Tokens + tokens, Settled.Cost + cost);
        if (tokens != 0 || cost != NanoUsd.Zero)
        {
            Tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} is settled at {row.Usage.InputTokens}+{row.Usage.OutputTokens} tokens, {row.Cost} USD; billed were {bill.InputTokens}+{bill.OutputTokens}, {bill.Cost} USD"));
        }

        if (row.UpstreamRequestId != "up-" + name)
        {
            Tell($"{name} has the upstream's request id '{row.UpstreamRequestId}'");
        }
    }

    private void Tell(string violation)
    {
        ViolationCount++;
        if (_violations.Count < MostTold)
        {
            _violations.Add(violation);
        }
    }
}
