using Conductor.Limits;
using Conductor.Money;

namespace Conductor.Calls;

/// <summary>What a batch came to as a whole: sums over its items.</summary>
public sealed class OperationBatchTotals
{
    private readonly CallTimings _timings = new();
    private NanoUsd? _cost = NanoUsd.Zero;
    private bool _isEstimated;

    public int Succeeded { get; private set; }

    public int Failed { get; private set; }

    /// <summary>What the results took; what failed items used is in the cost and in the ledger.</summary>
    public TokenUsage Usage { get; private set; } = TokenUsage.None;

    /// <summary>Times of all answered items added up, although they ran side by side; the total is set by <see cref="Finish"/>.</summary>
    public CallTimings Timings => _timings;

    /// <summary>The sum over all items, failed ones included; unknown when one of them is.</summary>
    public CallCost Cost => new(_cost, _cost is null ? "unknown" : _isEstimated ? "estimated" : "settled");

    /// <summary>How the limit of requests stood that had least left of all items; null where the batch is under none.</summary>
    public RateLimitState? RequestLimit { get; private set; }

    /// <summary>The same of tokens.</summary>
    public RateLimitState? TokenLimit { get; private set; }

    /// <summary>Counts an item.</summary>
    public void Add(OperationBatchItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        _cost = _cost is { } sum && item.Cost.Amount is { } cost ? sum + cost : null;
        RequestLimit = Tighter(RequestLimit, item.RequestLimit);
        TokenLimit = Tighter(TokenLimit, item.TokenLimit);
        _isEstimated |= item.Cost.Status == "estimated";
        if (item.Answer is not { } answer)
        {
            Failed++;
            return;
        }

        Succeeded++;
        Usage += answer.Usage;
        _timings.Queue += answer.Timings.Queue;
        _timings.Routing += answer.Timings.Routing;
        _timings.Provider += answer.Timings.Provider;
        _timings.PostProcessing += answer.Timings.PostProcessing;
    }

    /// <summary>How long the whole batch took.</summary>
    public void Finish(TimeSpan total) => _timings.Total = total;

    private static RateLimitState? Tighter(RateLimitState? one, RateLimitState? other) =>
        one is { } known && !(other?.Remaining < known.Remaining) ? known : other;
}
