using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <summary>The script of one streamed reply, step by step. Each step is written and flushed before the next begins.</summary>
public sealed class FakeStream
{
    private readonly List<Func<HttpContext, FakeExchange, CancellationToken, Task>> _steps = [];

    /// <summary>One chunk with a text delta.</summary>
    public FakeStream Chunk(string text) => Delta($$$"""{"content":{{{Quote(text)}}}}""");

    /// <summary>The first chunk, with the role only.</summary>
    public FakeStream Role() => Delta("""{"role":"assistant","content":""}""");

    /// <summary>One chunk with this `delta` object.</summary>
    public FakeStream Delta(string deltaJson, string? finishReason = null) =>
        Step((context, exchange, token) => WriteEventAsync(context, ChunkJson(exchange.Model, deltaJson, finishReason), token));

    /// <summary>The chunk with the finish reason.</summary>
    public FakeStream Finish(string reason = "stop") => Delta("{}", reason);

    /// <summary>The usage chunk, with empty `choices`.</summary>
    public FakeStream Usage(FakeUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return Step((context, exchange, token) => WriteEventAsync(
            context,
            $$$"""{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1,"model":{{{Quote(exchange.Model)}}},"choices":[],"usage":{{{usage.ToJson()}}}}""",
            token));
    }

    /// <summary>The usage chunk, when the request asked for it by `stream_options.include_usage`.</summary>
    public FakeStream UsageIfAsked(FakeUsage? usage = null) => Step(async (context, exchange, token) =>
    {
        if (exchange.WantsUsage)
        {
            await new FakeStream().Usage(usage ?? new FakeUsage()).RunAsync(context, exchange, token).ConfigureAwait(false);
        }
    });

    /// <summary>`data: [DONE]`.</summary>
    public FakeStream Done() => Event("[DONE]");

    /// <summary>An error event inside the stream.</summary>
    public FakeStream Error(string message = "upstream broke", string type = "server_error") =>
        Event($$$"""{"error":{"message":{{{Quote(message)}}},"type":{{{Quote(type)}}},"param":null,"code":null}}""");

    /// <summary>One event with this data, `data: ` and the blank line added.</summary>
    public FakeStream Event(string data) => Step((context, _, token) => WriteEventAsync(context, data, token));

    /// <summary>These bytes, as they are.</summary>
    public FakeStream Raw(ReadOnlyMemory<byte> bytes) => Step((context, _, token) => WriteAsync(context, bytes, token));

    /// <summary>This text, as it is.</summary>
    public FakeStream Raw(string text) => Raw(Encoding.UTF8.GetBytes(text));

    /// <summary>Waits for the test before it goes on.</summary>
    public FakeStream WaitFor(Task gate) => Step((_, _, token) => gate.WaitAsync(token));

    /// <summary>Waits on the wall clock; for a test that needs a slow upstream, not for one that needs an order of events.</summary>
    public FakeStream Delay(TimeSpan time) => Step((_, _, token) => Task.Delay(time, token));

    /// <summary>Sends nothing more and keeps the connection open until the client leaves.</summary>
    public FakeStream Stall() => Step((_, _, token) => Task.Delay(Timeout.InfiniteTimeSpan, token));

    /// <summary>Ends the connection by a reset, in the middle of the reply.</summary>
    public FakeStream Reset() => Step((context, exchange, _) =>
    {
        exchange.Reset(context);
        return Task.CompletedTask;
    });

    /// <summary>The usual stream: role, one chunk per piece, finish, usage if asked for, `[DONE]`.</summary>
    public static FakeStream Of(params string[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var stream = new FakeStream().Role();
        foreach (var piece in pieces)
        {
            stream.Chunk(piece);
        }

        return stream.Finish().UsageIfAsked().Done();
    }

    /// <summary>A stream that repeats a chunk until the client leaves or <paramref name="limit"/> chunks are out.</summary>
    public static FakeStream Endless(string piece = "word ", int limit = 1_000_000, TimeSpan? pause = null) => new FakeStream().Role().Step(async (context, exchange, token) =>
    {
        for (var i = 0; i < limit; i++)
        {
            await WriteEventAsync(context, ChunkJson(exchange.Model, $$$"""{"content":{{{Quote(piece)}}}}""", null), token).ConfigureAwait(false);
            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(5), token).ConfigureAwait(false);
        }
    });

    internal async Task RunAsync(HttpContext context, FakeExchange exchange, CancellationToken cancellationToken)
    {
        foreach (var step in _steps)
        {
            await step(context, exchange, cancellationToken).ConfigureAwait(false);
        }
    }

    internal static string Quote(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";

    private static string ChunkJson(string model, string deltaJson, string? finishReason) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1,"model":{{{Quote(model)}}},"choices":[{"index":0,"delta":{{{deltaJson}}},"finish_reason":{{{(finishReason is null ? "null" : Quote(finishReason))}}}}]}""");

    private static Task WriteEventAsync(HttpContext context, string data, CancellationToken token) =>
        WriteAsync(context, Encoding.UTF8.GetBytes($"data: {data}\n\n"), token);

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken token)
    {
        await context.Response.Body.WriteAsync(bytes, token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
    }

    private FakeStream Step(Func<HttpContext, FakeExchange, CancellationToken, Task> step)
    {
        _steps.Add(step);
        return this;
    }
}
