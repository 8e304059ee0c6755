using Conductor.Wire;
using System.Buffers;
using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Endpoints;

/// <summary>Typed answers as bytes of the OpenAI dialect. What came as such bytes never passes here.</summary>
internal static class OpenAIAnswers
{
    /// <summary>A whole chat answer.</summary>
    public static ReadOnlyMemory<byte> Write(ChatOutcome outcome, ChatCall call, TimeProvider time)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        var response = outcome.Response!;
        OpenAIResponseWriter.Write(output, response, response.ResponseId ?? IdOf(call), outcome.Model, response.CreatedAt ?? time.GetUtcNow(), UsageOf(outcome.Usage));
        return output.WrittenMemory;
    }

    /// <summary>Vectors, as the request asked for them.</summary>
    public static ReadOnlyMemory<byte> Write(EmbeddingOutcome outcome, ReadOnlySpan<byte> request)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        var wantsBase64 = OpenAIEmbeddingsReader.ReadRequest(request).WantsBase64;
        OpenAIEmbeddingsWriter.WriteResponse(output, outcome.Vectors!, outcome.Model, UsageOf(outcome.Usage), wantsBase64);
        return output.WrittenMemory;
    }

    /// <summary>A streamed chat answer, and a whole one (from the cache, say) for a caller who asked for a stream. Each item is valid until the next.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        ChatOutcome outcome, ChatCall call, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var writer = new OpenAIChunkWriter(IdOf(call), outcome.Model, time.GetUtcNow(), call.Body?.Peek.WantsUsage ?? false);
        var output = new ArrayBufferWriter<byte>(1024);
        await foreach (var update in UpdatesOf(outcome).WithCancellation(cancellationToken))
        {
            writer.Write(output, update);
            if (output.WrittenCount > 0)
            {
                yield return output.WrittenMemory;
                output.ResetWrittenCount();
            }
        }

        writer.Complete(output, UsageOf(outcome.Usage));
        yield return output.WrittenMemory;
    }

    private static IAsyncEnumerable<ChatResponseUpdate> UpdatesOf(ChatOutcome outcome) =>
        outcome.Updates
        ?? (outcome.Response ?? OpenAIResponseReader.Read(outcome.ResponseBytes!.Value.Span)).ToChatResponseUpdates().ToAsyncEnumerable();

    private static string IdOf(ChatCall call) => $"chatcmpl-{call.Context.RequestId}";

    private static WireUsage? UsageOf(TokenUsage usage) => ReferenceEquals(usage, TokenUsage.None) ? null : new WireUsage
    {
        InputTokens = usage.InputTokens,
        CachedInputTokens = usage.CachedInputTokens,
        CacheWriteTokens = usage.CacheWriteTokens,
        OutputTokens = usage.OutputTokens,
        ReasoningTokens = usage.ReasoningTokens,
    };
}
