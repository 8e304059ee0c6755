using Conductor.Calls;
using Conductor.Errors;
using Conductor.Fallback;
using Conductor.Providers;
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
        var most = Math.Min(hops.Count, FallbackRules.MostAttempts(request));
        for (var i = 0; i < most; i++)
        {
            var hop = hops[i];
            if (i > 0 && request.Budget?.TryTurn(hops, i) == false)
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

                FallbackLog.Failed(logger, hop.Id, failure.Kind, failure.Message, request.Context.RequestId);
                if (time.GetElapsedTime(request.StartedTimestamp) >= request.TimeLimit)
                {
                    break;
                }
            }
        }

        throw FallbackRules.AllFailed(request, failures ?? []);
    }
}
