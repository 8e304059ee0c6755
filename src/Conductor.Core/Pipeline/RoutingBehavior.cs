using Conductor.Calls;
using Conductor.Routing;
using Conductor.Signatures;
using MediatR;

namespace Conductor.Pipeline;

/// <summary>Writes the plan. It never throws: an empty plan fails in fallback, so that a cached answer still serves in an outage.</summary>
internal sealed class RoutingBehavior<TRequest, TResponse>(Router router, SignatureMemory signatures, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var start = time.GetTimestamp();
#pragma warning disable CA5394 // shares out load, guards nothing
        request.Plan = signatures.Pin(request, router.Plan(request, request.Catalog!, Random.Shared.NextDouble()));
#pragma warning restore CA5394
        request.Timings.Routing = time.GetElapsedTime(start);
        return next();
    }
}
