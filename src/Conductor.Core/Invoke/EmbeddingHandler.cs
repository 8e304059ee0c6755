using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Providers;
using MediatR;
using Microsoft.Extensions.AI;

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
        call.Body is { } body && scope.Provider.RawTransport is { } transport && transport.Supports(body.Dialect.Name, RawEndpoint.Embeddings)
            ? RawExchange.EmbedAsync(call, scope, transport)
            : EmbedAsync(call, scope);

    private static async Task<EmbeddingOutcome> EmbedAsync(EmbeddingCall call, AttemptScope scope)
    {
        var inputs = call.Request.Inputs
            ?? throw new InvalidRequestException("'input' holds token ids; this model takes text only.", "input", "unsupported_parameter");
        var generator = scope.Provider.GetEmbeddingGenerator(scope.Hop.Model.Id)
            ?? throw new ProviderException(ProviderErrorKind.Unsupported, $"Provider '{scope.Hop.Provider.Name}' has no embeddings.");
        var options = new EmbeddingGenerationOptions { ModelId = scope.Hop.Model.Id, Dimensions = call.Request.Dimensions };
        var made = await scope.GuardAsync(token => generator.GenerateAsync(inputs, options, token)).ConfigureAwait(false);
        scope.MarkAnswered();
        if (made.Count != inputs.Count)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, $"{inputs.Count} texts went in and {made.Count} vectors came out.");
        }

        List<ReadOnlyMemory<float>> vectors = [.. made.Select(embedding => embedding.Vector)];
        scope.Succeed(UsageReader.Read(made.Usage), () => UsageEstimator.Estimate(call, answer: null));
        return new EmbeddingOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Usage = scope.Attempt.Usage,
            Notices = CallNotices.From(EmbeddingNotices.Read(made)),
            Vectors = vectors,
        };
    }
}
