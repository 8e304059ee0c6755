using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <summary>One scripted reply of a <see cref="FakeUpstream"/>.</summary>
public sealed class FakeReply
{
    private readonly Func<HttpContext, FakeExchange, CancellationToken, Task> _run;

    private FakeReply(Func<HttpContext, FakeExchange, CancellationToken, Task> run) => _run = run;

    /// <summary>An answer with this text: a whole one, or a stream of three pieces when the request asks for a stream.</summary>
    public static FakeReply Text(string text, FakeUsage? usage = null, string finishReason = "stop") => new((context, exchange, token) =>
    {
        if (!exchange.IsStreaming)
        {
            return WriteJsonAsync(context, CompletionJson(exchange.Model, $$$"""{"role":"assistant","content":{{{FakeStream.Quote(text)}}}}""", finishReason, usage), token);
        }

        var stream = new FakeStream().Role();
        foreach (var piece in Pieces(text))
        {
            stream.Chunk(piece);
        }

        return RunStreamAsync(stream.Finish(finishReason).UsageIfAsked(usage).Done(), context, exchange, token);
    });

    /// <summary>An answer that calls tools, whole or streamed (arguments in two pieces).</summary>
    public static FakeReply ToolCalls(params FakeToolCall[] calls) => new((context, exchange, token) =>
    {
        static string Id(FakeToolCall call) => call.Id is null ? "" : $"\"id\":{FakeStream.Quote(call.Id)},";
        if (!exchange.IsStreaming)
        {
            var whole = string.Join(',', calls.Select(call =>
                $$$"""{{{{Id(call)}}}"type":"function","function":{"name":{{{FakeStream.Quote(call.Name)}}},"arguments":{{{FakeStream.Quote(call.Arguments)}}}}}"""));
            return WriteJsonAsync(context, CompletionJson(exchange.Model, $$$"""{"role":"assistant","content":null,"tool_calls":[{{{whole}}}]}""", "tool_calls", null), token);
        }

        var stream = new FakeStream().Role();
        for (var i = 0; i < calls.Length; i++)
        {
            var (call, half) = (calls[i], calls[i].Arguments.Length / 2);
            stream.Delta($$$"""{"tool_calls":[{"index":{{{i}}},{{{Id(call)}}}"type":"function","function":{"name":{{{FakeStream.Quote(call.Name)}}},"arguments":{{{FakeStream.Quote(call.Arguments[..half])}}}}}]}""");
            stream.Delta($$$"""{"tool_calls":[{"index":{{{i}}},"function":{"arguments":{{{FakeStream.Quote(call.Arguments[half..])}}}}}]}""");
        }

        return RunStreamAsync(stream.Finish("tool_calls").UsageIfAsked().Done(), context, exchange, token);
    });

    /// <summary>Vectors, one per input of the request (the same one again when there are fewer); float or base64 as the request asks.</summary>
    public static FakeReply Embeddings(params float[][] vectors) => new((context, exchange, token) =>
    {
        var rows = Enumerable.Range(0, exchange.InputCount).Select(index =>
        {
            var vector = vectors.Length == 0 ? [0.25f, -0.5f, 1f] : vectors[index % vectors.Length];
            var value = exchange.WantsBase64 ? $"\"{Base64(vector)}\"" : $"[{string.Join(',', vector.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))}]";
            return $$$"""{"object":"embedding","index":{{{index}}},"embedding":{{{value}}}}""";
        });
        return WriteJsonAsync(
            context,
            $$$"""{"object":"list","data":[{{{string.Join(',', rows)}}}],"model":{{{FakeStream.Quote(exchange.Model)}}},"usage":{"prompt_tokens":5,"total_tokens":5}}""",
            token);
    });

    /// <summary>The list of models, one row per id.</summary>
    public static FakeReply Models(params string[] ids)
    {
        var rows = ids.Select(id => $$$"""{"id":{{{FakeStream.Quote(id)}}},"object":"model","created":1,"owned_by":"fake"}""");
        return Json($$$"""{"object":"list","data":[{{{string.Join(',', rows)}}}]}""");
    }

    /// <summary>This JSON, status 200.</summary>
    public static FakeReply Json(string json) => Status(200, json);

    /// <summary>A status with a body and headers.</summary>
    public static FakeReply Status(int status, string body = "", params (string Name, string Value)[] headers) =>
        Bytes(status, Encoding.UTF8.GetBytes(body), "application/json", headers);

    /// <summary>A status with a body of any type.</summary>
    public static FakeReply Bytes(int status, ReadOnlyMemory<byte> body, string? contentType, params (string Name, string Value)[] headers) => new(async (context, _, token) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.Body.WriteAsync(body, token).ConfigureAwait(false);
    });

    /// <summary>An error in OpenAI's shape.</summary>
    public static FakeReply Error(int status, string? code = null, string message = "upstream says no", string type = "invalid_request_error", params (string Name, string Value)[] headers) =>
        Status(status, $$$"""{"error":{"message":{{{FakeStream.Quote(message)}}},"type":{{{FakeStream.Quote(type)}}},"param":null,"code":{{{(code is null ? "null" : FakeStream.Quote(code))}}}}}""", headers);

    /// <summary>A stream, step by step, whatever the request asked for.</summary>
    public static FakeReply Stream(FakeStream stream) => new((context, exchange, token) => RunStreamAsync(stream, context, exchange, token));

    /// <summary>Never sends headers; holds the connection until the client leaves.</summary>
    public static FakeReply Hang() => new((_, _, token) => Task.Delay(Timeout.InfiniteTimeSpan, token));

    /// <summary>The reply that a look at the request chooses.</summary>
    public static FakeReply Choose(Func<RecordedRequest, FakeReply> choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        return new((context, exchange, token) => choose(exchange.Request).RunAsync(context, exchange, token));
    }

    /// <summary>A reply of which every byte goes out by itself.</summary>
    public static FakeReply ByteByByte(FakeReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        return new((context, exchange, token) =>
        {
            context.Response.Body = new ByteByByteStream(context.Response.Body);
            return reply.RunAsync(context, exchange, token);
        });
    }

    /// <summary>Waits for the test, then answers.</summary>
    public static FakeReply After(Task gate, FakeReply reply) => new(async (context, exchange, token) =>
    {
        await gate.WaitAsync(token).ConfigureAwait(false);
        await reply.RunAsync(context, exchange, token).ConfigureAwait(false);
    });

    /// <summary>Resets the connection before any header.</summary>
    public static FakeReply Reset() => new((context, exchange, _) =>
    {
        exchange.Reset(context);
        return Task.CompletedTask;
    });

    /// <summary>Announces more bytes than it sends, then resets.</summary>
    public static FakeReply CutBody(string json) => new(async (context, exchange, token) =>
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(json) + 100;
        await context.Response.WriteAsync(json, token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
        exchange.Reset(context);
    });

    /// <summary>A body of this many bytes of white space inside JSON, written in pieces: for size caps.</summary>
    public static FakeReply Endless(long bytes) => new(async (context, _, token) =>
    {
        context.Response.ContentType = "application/json";
        var block = Encoding.UTF8.GetBytes(new string(' ', 64 * 1024));
        for (var sent = 0L; sent < bytes; sent += block.Length)
        {
            await context.Response.Body.WriteAsync(block, token).ConfigureAwait(false);
        }
    });

    internal Task RunAsync(HttpContext context, FakeExchange exchange, CancellationToken cancellationToken) => _run(context, exchange, cancellationToken);

    private static string CompletionJson(string model, string messageJson, string finishReason, FakeUsage? usage) =>
        $$$"""{"id":"chatcmpl-fake","object":"chat.completion","created":1,"model":{{{FakeStream.Quote(model)}}},"choices":[{"index":0,"message":{{{messageJson}}},"logprobs":null,"finish_reason":{{{FakeStream.Quote(finishReason)}}}}],"usage":{{{(usage ?? new FakeUsage()).ToJson()}}}}""";

    private static async Task RunStreamAsync(FakeStream stream, HttpContext context, FakeExchange exchange, CancellationToken token)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(token).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
        await stream.RunAsync(context, exchange, token).ConfigureAwait(false);
    }

    private static Task WriteJsonAsync(HttpContext context, string json, CancellationToken token)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, token);
    }

    private static string Base64(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    private static IEnumerable<string> Pieces(string text)
    {
        // A surrogate pair stays in one piece, as a real server would send it.
        var size = Math.Max(1, (text.Length + 2) / 3);
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(text.Length, start + size);
            if (end < text.Length && char.IsLowSurrogate(text[end]))
            {
                end++;
            }

            yield return text[start..end];
            start = end;
        }
    }
}
