using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <summary>An operation on an embedding model: its texts turned into vectors, the vectors read into the result.</summary>
internal sealed class EmbeddingRun(OperationCall call, AttemptScope scope, OperationTurn turn)
{
    /// <summary>What the model used; null before its answer.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>What the caller should know of how the vectors came about.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    public async Task<ReadOnlyMemory<byte>> RunAsync(IEmbeddingOperation operation)
    {
        var request = call.Embedding ?? scope.RunOperation(turn, () => EmbeddingPayload.Of(operation, call.Payload));
        var inputs = request.Inputs!;
        try
        {
            await scope.AffordAsync(() => TokenBound.Texts(inputs), 0, Usage).ConfigureAwait(false);
            var made = await VectorRequest.SendAsync(scope, inputs, request.Dimensions).ConfigureAwait(false);
            Usage = (made.Usage ?? UsageEstimator.Estimate(UsageEstimator.InputTokens(request), outputTokens: 0)).AsEmbedding();
            Notices = made.Notices;
            made.Check(inputs.Count, request.Dimensions);
            return scope.RunOperation(turn, () => operation.WriteResult(made.Vectors, scope.Hop.Id, call.Payload));
        }
        catch (ProviderException refused) when (refused.Param == MadeVectors.DimensionsParam)
        {
            throw new ProviderException(refused.Kind, refused.Message, refused.InnerException)
            {
                Param = $"parameters.{refused.Param}", // as an operation's caller wrote it
                StatusCode = refused.StatusCode,
                RetryAfter = refused.RetryAfter,
                Advice = refused.Advice,
                UpstreamRequestId = refused.UpstreamRequestId,
            };
        }
    }
}
