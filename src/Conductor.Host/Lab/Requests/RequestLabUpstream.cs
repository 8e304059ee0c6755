using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Lab.Requests;

/// <summary>An upstream on 127.0.0.1 that speaks four dialects, each below its own first part of the path, and fails requests whose model says so. It holds what it is sent against what a gateway may send.</summary>
internal sealed class RequestLabUpstream : IAsyncDisposable
{
    private const string Usage = """{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}""";
    private readonly WebApplication _app;
    private int _open;
    private long _asked;

    private RequestLabUpstream(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Requests that are being answered.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Requests that came.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>What no gateway may send: bodies that are no JSON, addresses that are none of the dialects'.</summary>
    public ConcurrentQueue<string> Oddities { get; } = new();

    public static async Task<RequestLabUpstream> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var upstream = new RequestLabUpstream(builder.Build());
        upstream._app.Run(upstream.AnswerAsync);
        await upstream._app.StartAsync(cancellationToken);
        upstream.Address = new Uri(upstream._app.Urls.First());
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _open);
        Interlocked.Increment(ref _asked);
        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var path = http.Request.Path.Value ?? "";
            if (Read(http.Request.Method, path, body) is not { } asked)
            {
                http.Response.StatusCode = 400;
                return;
            }

            if (path.Contains(RequestBases.Failing, StringComparison.Ordinal) || asked.Model.Contains(RequestBases.Failing, StringComparison.Ordinal))
            {
                await FailAsync(http, asked.Length);
                return;
            }

            await WriteAsync(http, path, asked);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException)
        {
            http.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private Question? Read(string method, string path, MemoryStream body)
    {
        if (method == "GET")
        {
            return new Question("", false, 0, false, body.Length);
        }

        try
        {
            using var json = JsonDocument.Parse(body.ToArray(), new JsonDocumentOptions { MaxDepth = 512 });
            var root = json.RootElement;
            var model = root.TryGetProperty("model", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : "";
            var isStreaming = path.StartsWith("/o/", StringComparison.Ordinal)
                ? !root.TryGetProperty("stream", out var unsaid) || unsaid.ValueKind != JsonValueKind.False
                : root.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
            return new Question(model, isStreaming, Count(root), root.TryGetProperty("encoding_format", out var format) && format.ValueKind == JsonValueKind.String && format.ValueEquals("base64"), body.Length);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            if (Oddities.Count < 20)
            {
                Oddities.Enqueue($"{method} {path} was sent what is no JSON ({failure.Message}): {Convert.ToBase64String(body.GetBuffer(), 0, (int)Math.Min(2_000, body.Length))}");
            }

            return null;
        }
    }

    // Texts to make vectors of: one, several, or one of token ids.
    private static int Count(JsonElement root) =>
        root.TryGetProperty("requests", out var requests) && requests.ValueKind == JsonValueKind.Array ? requests.GetArrayLength()
        : root.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Array && input.GetArrayLength() > 0 && input[0].ValueKind != JsonValueKind.Number ? input.GetArrayLength() : 1;

    private static async Task FailAsync(HttpContext http, long dice)
    {
        switch (dice % 5)
        {
            case 0:
                http.Response.StatusCode = 500;
                await http.Response.WriteAsync("<html>failed</html>", http.RequestAborted);
                break;
            case 1:
                http.Response.StatusCode = 429;
                http.Response.Headers.RetryAfter = "banana";
                break;
            case 2:
                http.Response.ContentType = "application/json";
                await http.Response.WriteAsync("""{"choices":[{"message":""", http.RequestAborted);
                break;
            case 3:
                http.Response.StatusCode = 401;
                break;
            default:
                http.Abort();
                break;
        }
    }

    private async Task WriteAsync(HttpContext http, string path, Question asked)
    {
        var last = path[(path.LastIndexOfAny(['/', ':']) + 1)..];
        var (type, text) = (path.Split('/').ElementAtOrDefault(1), last, asked.IsStreaming) switch
        {
            ("p", "models", _) => (Json, """{"object":"list","data":[{"id":"x","object":"model"},{"id":"fails","object":"model"}]}"""),
            ("p", "completions", false) when !path.Contains("chat", StringComparison.Ordinal) => (Json, $$"""{"id":"c","object":"text_completion","model":"x","choices":[{"text":"hi","index":0,"finish_reason":"stop"}],"usage":{{Usage}}}"""),
            ("p", "completions", true) when !path.Contains("chat", StringComparison.Ordinal) => (Events, "data: {\"id\":\"c\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"hi\",\"index\":0,\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"),
            ("p", "completions", false) => (Json, $$"""{"id":"c","object":"chat.completion","created":1,"model":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{{Usage}}}"""),
            ("p", "completions", true) => (Events, $$"""
                data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"h"},"finish_reason":null}]}

                data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"i"},"finish_reason":"stop"}]}

                data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{{Usage}}}

                data: [DONE]


                """),
            ("p", "embeddings", _) => (Json, "{\"object\":\"list\",\"model\":\"x\",\"data\":[" + Rows(asked.Count, i => $"{{\"object\":\"embedding\",\"index\":{i},\"embedding\":{(asked.WantsBase64 ? "\"AACAPwAAAEA=\"" : "[1,2]")}}}") + "],\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}"),
            ("p", "responses", _) => (Json, "{}"),
            ("a", "models", _) => (Json, """{"data":[{"type":"model","id":"x","display_name":"x"}],"has_more":false}"""),
            ("a", "count_tokens", _) => (Json, """{"input_tokens":7}"""),
            ("a", "messages", false) => (Json, """{"id":"m","type":"message","role":"assistant","model":"x","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}}"""),
            ("a", "messages", true) => (Events, """
                event: message_start
                data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"stop_reason":null,"usage":{"input_tokens":3,"output_tokens":1}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}

                event: message_stop
                data: {"type":"message_stop"}


                """),
            ("g", "models", _) => (Json, """{"models":[{"name":"models/x","supportedGenerationMethods":["generateContent","embedContent","countTokens"],"inputTokenLimit":1000000}]}"""),
            ("g", "generateContent", _) => (Json, Gemini),
            ("g", "streamGenerateContent", _) => http.Request.Query["alt"] == "sse" ? (Events, $"data: {Gemini}\n\n") : (Json, $"[{Gemini}]"),
            ("g", "countTokens", _) => (Json, """{"totalTokens":7}"""),
            ("g", "embedContent", _) => (Json, """{"embedding":{"values":[1,2]}}"""),
            ("g", "batchEmbedContents", _) => (Json, "{\"embeddings\":[" + Rows(asked.Count, _ => "{\"values\":[1,2]}") + "]}"),
            ("o", "tags", _) => (Json, """{"models":[{"name":"x:latest","model":"x:latest","digest":"1","size":1}]}"""),
            ("o", "version", _) => (Json, """{"version":"0.12.6"}"""),
            ("o", "show", _) => (Json, """{"capabilities":["completion","embedding","tools"],"model_info":{"general.architecture":"llama","llama.context_length":131072}}"""),
            ("o", "embed", _) => (Json, $$"""{"model":"x","embeddings":[{{Rows(asked.Count, _ => "[1,2]")}}],"prompt_eval_count":2}"""),
            ("o", "chat", false) => (Json, OllamaChat),
            ("o", "chat", true) => ("application/x-ndjson", """{"model":"x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"h"},"done":false}""" + "\n" + OllamaChat + "\n"),
            ("o", "generate", false) => (Json, OllamaText),
            ("o", "generate", true) => ("application/x-ndjson", """{"model":"x","created_at":"2026-01-01T00:00:00Z","response":"h","done":false}""" + "\n" + OllamaText + "\n"),
            _ => ("", ""),
        };
        if (type.Length == 0)
        {
            if (Oddities.Count < 20)
            {
                Oddities.Enqueue($"{http.Request.Method} {path} is no address of its dialect");
            }

            http.Response.StatusCode = 404;
            return;
        }

        http.Response.ContentType = type;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
    }

    private static string Rows(int count, Func<int, string> row) => string.Join(',', Enumerable.Range(0, count).Select(row));

    private const string Json = "application/json";
    private const string Events = "text/event-stream";
    private const string Gemini = """{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}}""";
    private const string OllamaChat = """{"model":"x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"i"},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2}""";
    private const string OllamaText = """{"model":"x","created_at":"2026-01-01T00:00:00Z","response":"i","done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":2}""";

    private sealed record Question(string Model, bool IsStreaming, int Count, bool WantsBase64, long Length);
}
