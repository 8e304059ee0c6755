using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Wire.Responses;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Dialects.Responses;

/// <summary>A streamed answer as events. It is kept before its last event goes out: whoever has read that may go on from it.</summary>
/// <param name="keeper">Who keeps it.</param>
/// <param name="exchange">What was asked.</param>
/// <param name="translate">What a failure is told as.</param>
internal sealed class ResponsesStream(ResponsesKeeper keeper, ResponsesExchange exchange, Func<Exception, ConductorException> translate)
{
    /// <summary>Events that are written here. A failure in the middle is told by the last of them.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> WriteAsync(
        IAsyncEnumerable<ChatResponseUpdate> updates, AnswerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wantsStored = keeper.Wants(exchange);
        var writer = new ResponsesEventWriter(exchange.HeadOf(context), wantsStored);
        var output = new ArrayBufferWriter<byte>(1024);
        await using var source = updates.GetAsyncEnumerator(cancellationToken);
        while (await MoveAsync(source, cancellationToken) is var (isThere, failure) && (isThere || failure is not null))
        {
            if (failure is not null)
            {
                writer.Fail(output, ResponsesDialect.ToWire(failure));
                yield return output.WrittenMemory;
                yield break;
            }

            writer.Write(output, source.Current);
            if (output.WrittenCount > 0)
            {
                yield return output.WrittenMemory;
                output.ResetWrittenCount();
            }
        }

        writer.End(output, context.Usage);
        var answer = writer.Response(wantsStored);
        if (wantsStored && !await keeper.KeepAsync(exchange, context.Call.Context, answer, cancellationToken))
        {
            answer = writer.Response(isStored: false);
        }

        writer.Complete(output, answer);
        yield return output.WrittenMemory;
    }

    /// <summary>Events of an upstream that speaks the dialect, as they came.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> RelayAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> events, CallContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in events.WithCancellation(cancellationToken))
        {
            if (keeper.Wants(exchange) && AnswerIn(item.Span) is { } answer)
            {
                await keeper.KeepAsync(exchange, context, answer, cancellationToken);
            }

            yield return item;
        }
    }

    private async ValueTask<(bool IsThere, ConductorException? Failure)> MoveAsync(IAsyncEnumerator<ChatResponseUpdate> source, CancellationToken cancellationToken)
    {
        try
        {
            return (await source.MoveNextAsync(), null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // the client has left, or the server stops: whoever relays knows which
        }
#pragma warning disable CA1031 // boundary: events are out, so that a failure can only be the last of them
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return (false, translate(failure));
        }
    }

    /// <summary>The whole answer inside an event that is the last; null for every other.</summary>
    private static byte[]? AnswerIn(ReadOnlySpan<byte> item)
    {
        if (item.IndexOf("\"response.completed\""u8) < 0 && item.IndexOf("\"response.incomplete\""u8) < 0)
        {
            return null;
        }

        foreach (var range in item.Split((byte)'\n'))
        {
            var line = item[range];
            if (line.StartsWith("data:"u8) && ResponsesScan.TypeOf(line["data:"u8.Length..]) is "response.completed" or "response.incomplete"
                && JsonElement.Parse(line["data:"u8.Length..]).TryGetProperty("response", out var response))
            {
                return System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(response).ToArray();
            }
        }

        return null;
    }
}
