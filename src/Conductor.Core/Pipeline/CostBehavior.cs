using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Invoke;
using Conductor.Limits;
using Conductor.Money;
using Conductor.Routing;
using Conductor.Settings;
using MediatR;

namespace Conductor.Pipeline;

/// <summary>
/// What becomes of calls whose price nobody knows once money counts, with a key or a budget in force or by `prices: unknown`: they are not made, or booked at a ceiling. And sets
/// aside, of the limits and the budgets that a call is under, what it may use and cost.
/// </summary>
internal sealed class CostBehavior<TRequest, TResponse>(AttemptServices services, UnpricedTargets unpriced, LimitGate limits, BudgetGate budgets) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    private static readonly TokenUsage Smallest = new() { InputTokens = 1, OutputTokens = 1 };

    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        LeaveOutUnpriced(request);
        if (request.Plan.Hops.Count > 0)
        {
            await limits.ReserveAsync(request, cancellationToken).ConfigureAwait(false);
            await budgets.EnterAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return await next().ConfigureAwait(false);
    }

    private void LeaveOutUnpriced(TRequest request)
    {
        // To count tokens costs nothing, whatever they would.
        var plan = request.Plan;
        if (plan.Hops.Count == 0 || request is TokenCountCall || request.Catalog!.Settings.UnknownPrices == UnknownPriceRule.Allow)
        {
            return;
        }

        var priced = plan.Hops.Where(HasPrice).ToList();
        if (priced.Count < plan.Hops.Count)
        {
            request.Plan = request.Catalog.Prices.Ceiling is { } ceiling ? AtCeiling(plan, priced, ceiling, request.Catalog.Prices) : Without(plan, priced);
        }
    }

    private RoutePlan AtCeiling(RoutePlan plan, List<RouteHop> priced, ModelPrice ceiling, PriceCatalog prices)
    {
        foreach (var hop in plan.Hops.Except(priced))
        {
            unpriced.Tell(hop.Id, prices.Version);
        }

        return plan with { Hops = [.. plan.Hops.Select(hop => priced.Contains(hop) ? hop : hop with { Price = ceiling })] };
    }

    private static RoutePlan Without(RoutePlan plan, List<RouteHop> priced)
    {
        List<RouteDecision> decisions = [.. plan.Decisions];
        decisions.AddRange(plan.Hops.Except(priced).Select(hop => new RouteDecision(hop.Id, IsTaken: false, "its price is unknown")));
        return plan with
        {
            Hops = priced,
            Decisions = decisions,
            Refusal = priced.Count > 0 ? null : ConductorErrors.PriceUnknown(plan.Hops[0].Id),
        };
    }

    // The catalogue's price, or a provider that can price itself: it is asked, under a lease, with the smallest question there is.
    private bool HasPrice(RouteHop hop) => hop.Price is not null || services.EstimateUnderLease(hop, Smallest) is not null;
}
