using Conductor.Budgets;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;

namespace Conductor.Invoke;

/// <content>Setting aside what a question of an operation may cost, before it is asked.</content>
internal sealed partial class AttemptScope
{
    /// <summary>Sets aside one more question, beside what those before it used.</summary>
    /// <param name="inputTokens">The question's size at most.</param>
    /// <param name="outputTokens">The longest answer; null = as long as an answer without a limit may become.</param>
    /// <param name="used">What the attempt has used so far; null = nothing.</param>
    /// <exception cref="ConductorException">429 `budget_exceeded`: a hard budget has not so much.</exception>
    public void Afford(Func<long> inputTokens, int? outputTokens, TokenUsage? used)
    {
        if (_call.Budget is not { } hold || Hop.Price is { IsFree: true })
        {
            return;
        }

        var (input, output) = (inputTokens(), CostEstimator.MaxOutputTokens(Hop, outputTokens ?? OutputLimits.Standard(_call, Hop)));
        if (hold.Set(PriceOf(input, output) + CostOf(used)) is { } shortfall)
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
