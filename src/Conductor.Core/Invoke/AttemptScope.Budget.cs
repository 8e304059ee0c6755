using Conductor.Budgets;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;

namespace Conductor.Invoke;

/// <content>Setting aside what a question of an operation may use and cost, before it is asked.</content>
internal sealed partial class AttemptScope
{
    /// <summary>Sets aside one more question, beside what those before it used: of the limits as tokens, of the budgets as money.</summary>
    /// <param name="inputTokens">The question's size at most.</param>
    /// <param name="outputTokens">The longest answer; null = as long as an answer without a limit may become.</param>
    /// <param name="used">What the attempt has used so far; null = nothing.</param>
    /// <param name="isEngine">Whether an engine is asked, which writes no answer of tokens.</param>
    /// <exception cref="ConductorException">429: `rate_limit_exceeded` or `budget_exceeded`, a limit or a hard budget has not so much.</exception>
    public ValueTask AffordAsync(Func<long> inputTokens, int? outputTokens, TokenUsage? used, bool isEngine = false)
    {
        var isBudgeted = _call.Budget is not null && Hop.Price is not { IsFree: true };
        if (!isBudgeted && _call.Limits is not { HasTokenLimit: true })
        {
            return default;
        }

        var (input, output) = (inputTokens(), CostEstimator.MaxOutputTokens(Hop, outputTokens ?? OutputLimits.Standard(_call, Hop)));
        return AffordAsync(input, output, used, isBudgeted, isEngine);
    }

    private async ValueTask AffordAsync(long input, int output, TokenUsage? used, bool isBudgeted, bool isEngine)
    {
        await _services.Limits.ReserveAsync(_call, isEngine ? input : input + output, used?.TotalTokens ?? 0, _token).ConfigureAwait(false);
        if (isBudgeted && _call.Budget!.Set(PriceOf(input, output) + CostOf(used)) is { } shortfall)
        {
            _services.Metrics.BudgetRefusal(shortfall);
            throw ConductorErrors.BudgetExceeded(shortfall, _services.Time.GetUtcNow());
        }
    }

    private NanoUsd PriceOf(long input, long output) => (Hop.Price is { } price
        ? CostEstimator.WorstCase(price, input, output, Reservations.PartsOf(_call, price))
        : _services.EstimateByProvider(Hop, new TokenUsage { InputTokens = input, OutputTokens = output })) ?? NanoUsd.Zero;

    private NanoUsd CostOf(TokenUsage? used) =>
        used is null ? NanoUsd.Zero : Hop.Price?.CostOf(used) ?? _services.EstimateByProvider(Hop, used) ?? NanoUsd.Zero;
}
