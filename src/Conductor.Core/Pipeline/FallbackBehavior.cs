using Conductor.Calls;
using Conductor.Errors;
using Conductor.Fallback;
using Conductor.Providers;
using Conductor.Routing;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Conductor.Pipeline;

/// <summary>Walks the plan: the next hop before the first content, never after.</summary>
internal sealed class FallbackBehavior<TRequest, TResponse>(TimeProvider time, ILogger<FallbackBehavior<TRequest, TResponse>> logger)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        if (request.Plan.Refusal is { } refusal)
        {
            throw refusal;
        }

        List<ProviderException>? failures = null;
        var hops = request.Plan.Hops;
        var most = FallbackRules.MostAttempts(request);
        for (int i = 0, made = 0; i < hops.Count && made < most; i++)
        {
            var hop = hops[i];
            if (made > 0 && request.Budget?.TryTurn(hops, i) == false)
            {
                continue; // what failed before has cost something, and this one might go beyond a budget
            }

            request.Hop = hop; // next() takes no arguments in MediatR 5.1: the call carries the hop, Invoke makes its attempt
            try
            {
                return await next().ConfigureAwait(false);
            }
            catch (ProviderException failure)
            {
                cancellationToken.ThrowIfCancellationRequested(); // the caller left: nothing more is tried, and nothing is told
                (failures ??= []).Add(failure);
                if (!FallbackRules.MayMoveOn(failure.Kind))
                {
                    throw ConductorErrors.FromProvider(failure, hop.Provider.Name);
                }

                Note(hop, failure, request);
                if (time.GetElapsedTime(request.StartedTimestamp) >= request.TimeLimit)
                {
                    break;
                }

                if (FallbackRules.IsPassedOver(failure))
                {
                    continue; // nobody was asked: it is none of the attempts that the caller allows
                }

                made++;
                if (hop.Provider.Keys?.HasAnother(hop.Model.Id, failure.Kind) == true)
                {
                    i--; // it was that key's own failure
                }
            }
        }

        if (request.Attempts.Count == 0)
        {
            request.Limits?.GiveRequestBack(); // nobody was asked
        }

        throw FallbackRules.AllFailed(request, failures ?? []);
    }

    private void Note(RouteHop hop, ProviderException failure, TRequest request)
    {
        if (FallbackRules.IsPassedOver(failure))
        {
            FallbackLog.PassedOver(logger, hop.Id, failure.Message, request.Context.RequestId);
        }
        else
        {
            FallbackLog.Failed(logger, hop.Id, failure.Kind, failure.Message, request.Context.RequestId);
        }
    }
}
