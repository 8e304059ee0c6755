using System.Buffers;
using System.Text.Json;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Host.Http;
using Conductor.Storage;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Idempotency;

/// <summary>Writes a recorded answer to one client: the same status, headers and bytes.</summary>
internal sealed class RecordedAnswer(InboundDialects dialects, TimeProvider time)
{
    private const string OriginalRequest = "x-conductor-original-request-id";

    // A client that reads nothing for this long is gone for all that matters.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(30);

    // What belongs to a connection, or is true of one moment only.
    private static readonly string[] NotRepeated =
        [RequestIds.HeaderName, "date", "server", "connection", "keep-alive", "transfer-encoding", "x-conductor-budget-remaining-usd"];

    /// <summary>Writes an answer while it is made, from its beginning.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="landing">Whose answer.</param>
    /// <param name="listener">The client's place in it.</param>
    /// <param name="isOwn">Whether it is the client's own call.</param>
    public async Task RelayAsync(HttpContext context, IdempotentLanding landing, AnswerListener listener, bool isOwn)
    {
        var recording = landing.Recording!;
        if (!await listener.StartedAsync(context.RequestAborted))
        {
            throw isOwn ? new ClientGoneException() : IdempotencyErrors.Interrupted(landing.RequestId, "");
        }

        context.Response.StatusCode = recording.Status;
        WriteHeaders(context, recording.Headers, landing.RequestId, isOwn);
        if (recording.Headers.All(header => !header.Key.Equals("content-length", StringComparison.OrdinalIgnoreCase)))
        {
            await context.Response.StartAsync(context.RequestAborted);
            await FlushAsync(context); // a stream's headers go out at once
        }

        try
        {
            while (await listener.NextAsync(context.RequestAborted) is { } bytes)
            {
                context.Response.BodyWriter.Write(bytes);
                if (!listener.HasMore)
                {
                    await FlushAsync(context);
                }
            }
        }
        catch (ConductorException told) when (context.Response.HasStarted)
        {
            await TellAsync(context, told);
            return;
        }

        await FlushAsync(context);
        if (recording.IsCut)
        {
            context.Abort();
        }
    }

    /// <summary>Writes an answer that is kept.</summary>
    public async Task ReplayAsync(HttpContext context, IdempotencyRecord record)
    {
        context.Response.StatusCode = record.Status;
        var headers = JsonSerializer.Deserialize(record.Headers.Span, RecordedHeaders.Default.DictionaryStringString)!;
        WriteHeaders(context, headers, record.RequestId, isOwn: false);
        if (!record.Body.IsEmpty)
        {
            context.Response.BodyWriter.Write(record.Body.Span);
            await FlushAsync(context);
        }
    }

    /// <summary>An answer's headers as they are kept.</summary>
    public static byte[] HeadersOf(AnswerRecording recording) => JsonSerializer.SerializeToUtf8Bytes(
        recording.Headers.Where(header => !NotRepeated.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase),
        RecordedHeaders.Default.DictionaryStringString);

    private static void WriteHeaders(HttpContext context, IEnumerable<KeyValuePair<string, string>> headers, string requestId, bool isOwn)
    {
        foreach (var (name, value) in headers)
        {
            var isMoments = NotRepeated.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase);
            if (isOwn || !isMoments)
            {
                context.Response.Headers[name] = value;
            }
        }

        if (!isOwn)
        {
            context.Response.Headers[IdempotencyKeyHeader.Replayed] = "true";
            context.Response.Headers[OriginalRequest] = HeaderText.Safe(requestId);
        }
    }

    private async Task TellAsync(HttpContext context, ConductorException error)
    {
        dialects.Of(context.Request).WriteErrorEvent(context.Response.BodyWriter, error, new ErrorFacts(RequestIds.Of(context), time.GetUtcNow()), isFirst: false);
        await FlushAsync(context);
    }

    private async Task FlushAsync(HttpContext context)
    {
        var flush = context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        try
        {
            var done = flush.IsCompleted ? await flush : await flush.AsTask().WaitAsync(WriteTimeout, time);
            if (done.IsCompleted || done.IsCanceled)
            {
                throw new ClientGoneException();
            }
        }
        catch (TimeoutException)
        {
            context.Abort();
            throw new ClientGoneException();
        }
    }
}
