using System.Buffers;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Money;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <summary>A whole answer, bytes in and bytes out.</summary>
internal static class RawExchange
{
    public static async Task<ChatOutcome> ChatAsync(ChatCall call, AttemptScope scope, IRawTransport transport)
    {
        var (bytes, usage) = await AskAsync(call, call.Body!, scope, transport, call.Body!.Endpoint ?? RawEndpoint.Chat).ConfigureAwait(false);
        scope.Signatures?.Note(call, scope.Hop, bytes.Span);
        scope.Succeed(usage, () => Estimate(call, bytes));
        return new ChatOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Usage = scope.Attempt.Usage,
            ResponseBytes = bytes,
        };
    }

    public static async Task<EmbeddingOutcome> EmbedAsync(EmbeddingCall call, AttemptScope scope, IRawTransport transport)
    {
        var (bytes, usage) = await AskAsync(call, call.Body!, scope, transport, call.Body!.Endpoint ?? RawEndpoint.Embeddings).ConfigureAwait(false);
        scope.Succeed(usage?.AsEmbedding(), () => UsageEstimator.Estimate(call, answer: null).AsEmbedding());
        return new EmbeddingOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Usage = scope.Attempt.Usage,
            ResponseBytes = bytes,
        };
    }

    /// <summary>A count costs nothing and uses nothing.</summary>
    public static async Task<TokenCountOutcome> CountAsync(TokenCountCall call, AttemptScope scope, IRawTransport transport)
    {
        var (bytes, _) = await AskAsync(call, call.Body!, scope, transport, RawEndpoint.CountTokens).ConfigureAwait(false);
        scope.Succeed(usage: null, () => TokenUsage.None);
        return new TokenCountOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            ResponseBytes = bytes,
        };
    }

    private static TokenUsage Estimate(ChatCall call, ReadOnlyMemory<byte> answer)
    {
        var counter = new StreamUsageCounter();
        counter.AddEvent(answer.Span);
        return UsageEstimator.Estimate(call, counter);
    }

    /// <summary>The request as it goes out: the same bytes with the target's model name.</summary>
    public static RawRequest RequestFor(ModelCall call, DialectBody body, AttemptScope scope, RawEndpoint endpoint, bool isStreaming) => new()
    {
        Dialect = body.Dialect.Name,
        Endpoint = endpoint,
        ModelId = scope.Hop.Model.Id,
        Body = body.Dialect.Splice(body.Bytes, body.Peek, scope.Hop.Model.Id),
        IsStreaming = isStreaming,
        MaxOutputTokens = call is ChatCall ? OutputLimits.Added(call, scope.Hop) : null,
        Headers = body.Headers,
    };

    private static async Task<(ReadOnlyMemory<byte> Bytes, TokenUsage? Usage)> AskAsync(
        ModelCall call, DialectBody body, AttemptScope scope, IRawTransport transport, RawEndpoint endpoint)
    {
        var request = RequestFor(call, body, scope, endpoint, isStreaming: false);
        var most = call.Catalog!.Settings.Limits.MaxReplyBytes;
        var bytes = await scope.GuardAsync(async token =>
        {
            scope.Ask();
            var reply = await transport.SendAsync(request, token).ConfigureAwait(false);
            await using (reply.ConfigureAwait(false))
            {
                scope.Attempt.UpstreamRequestId = reply.UpstreamRequestId;
                return await ReadAsync(reply.Body, most, token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        scope.MarkAnswered();
        try
        {
            return (bytes, body.Dialect.ScanResponse(bytes, endpoint));
        }
        catch (ProviderException failure) when (failure.Kind == ProviderErrorKind.InvalidResponse && call is ChatCall chat)
        {
            scope.Got(Estimate(chat, bytes)); // it cannot be used, and it was made
            throw;
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body, long most, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return buffer.AsSpan(0, length).ToArray();
                }

                length += read;
                if (length > most)
                {
                    throw new ProviderException(ProviderErrorKind.InvalidResponse, $"The answer is larger than {most} bytes.");
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch (IOException broken)
        {
            throw new ProviderException(ProviderErrorKind.Network, "The connection broke inside the answer.", broken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
