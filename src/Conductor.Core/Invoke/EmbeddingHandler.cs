using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Providers;
using MediatR;

namespace Conductor.Invoke;

/// <summary>Asks one target for vectors: raw where the target speaks the caller's dialect, typed otherwise.</summary>
internal sealed class EmbeddingHandler(AttemptServices services) : IRequestHandler<EmbeddingCall, EmbeddingOutcome>
{
    public Task<EmbeddingOutcome> Handle(EmbeddingCall request, CancellationToken cancellationToken)
    {
        var scope = AttemptScope.Begin(request, services, cancellationToken);
        return scope.RunAsync(() => AttemptAsync(request, scope));
    }

    private static Task<EmbeddingOutcome> AttemptAsync(EmbeddingCall call, AttemptScope scope) =>
        call.Hooks is null && call.Body is { IsTypedOnly: false } body && scope.Provider.RawTransport is { } transport && transport.Supports(body.Dialect.Name, body.Endpoint ?? RawEndpoint.Embeddings)
            ? RawExchange.EmbedAsync(call, scope, transport)
            : EmbedAsync(call, scope);

    private static async Task<EmbeddingOutcome> EmbedAsync(EmbeddingCall call, AttemptScope scope)
    {
        var inputs = call.Request.Inputs ?? TokenInputs.ToTexts(call, scope.Hop.Model.Id);
        ChatTargets.NoteLosses(call, call.Request.Dropped, call.Request.Inputs is null ? ["input"] : []);
        var made = await VectorRequest.SendAsync(scope, inputs, call.Request.Dimensions).ConfigureAwait(false);
        made.Check(inputs.Count, call.Request.Dimensions);
        scope.Succeed(made.Usage?.AsEmbedding(), () => UsageEstimator.Estimate(call, answer: null).AsEmbedding());
        return new EmbeddingOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Usage = scope.Attempt.Usage,
            Notices = made.Notices,
            Vectors = made.Vectors,
        };
    }
}
