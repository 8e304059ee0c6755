using Conductor.Calls;
using Conductor.Errors;
using Conductor.Routing;
using Conductor.Settings;
using MediatR;

namespace Conductor.Pipeline;

/// <summary>Keeps calls whose price nobody knows from being made once money counts: with a key or a budget in force, or by `prices: unknown`.</summary>
internal sealed class CostBehavior<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var plan = request.Plan;
        if (plan.Hops.Count == 0 || request.Catalog!.Settings.UnknownPrices == UnknownPriceRule.Allow)
        {
            return next();
        }

        var priced = plan.Hops.Where(hop => hop.Price is not null).ToList();
        if (priced.Count < plan.Hops.Count)
        {
            List<RouteDecision> decisions = [.. plan.Decisions];
            decisions.AddRange(plan.Hops.Where(hop => hop.Price is null).Select(hop => new RouteDecision(hop.Id, IsTaken: false, "its price is unknown")));
            request.Plan = plan with
            {
                Hops = priced,
                Decisions = decisions,
                Refusal = priced.Count > 0 ? null : ConductorErrors.PriceUnknown(plan.Hops[0].Id),
            };
        }

        return next();
    }
}
