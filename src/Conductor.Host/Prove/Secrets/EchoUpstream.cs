using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Prove.Secrets;

/// <summary>An upstream that says the key which it is shown wherever an upstream can say anything, and a collector of spans and metrics.</summary>
internal sealed class EchoUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SecretSearch _search;

    private EchoUpstream(WebApplication app, SecretSearch search) => (_app, _search) = (app, search);

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The headers that it was shown: what was used is known by them.</summary>
    public ConcurrentDictionary<string, bool> Shown { get; } = new(StringComparer.Ordinal);

    /// <summary>How much was exported, in bytes.</summary>
    public long Exported { get; private set; }

    public static async Task<EchoUpstream> StartAsync(SecretSearch search, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var upstream = new EchoUpstream(builder.Build(), search);
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
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var path = http.Request.Path.Value ?? "";
        if (path is "/v1/traces" or "/v1/metrics")
        {
            Exported += body.Length;
            _search.Add("spans and metrics that are exported", path, body.ToArray());
            return;
        }

        // Addresses are logged everywhere: no key may stand in one.
        _search.Add("addresses of upstreams", path, http.Request.Path + http.Request.QueryString);
        foreach (var header in http.Request.Headers)
        {
            Shown[header.Value.ToString()] = true;
        }

        var key = http.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        var mode = body.Length == 0 ? "500" : Mode(body.ToArray());
        var said = JsonEncodedText.Encode($"Incorrect key {key} ({http.Request.Headers["x-lab-extra"]})");
        foreach (var name in (string[])["x-request-id", "www-authenticate", "set-cookie", "location", "x-internal", "retry-after"])
        {
            http.Response.Headers[name] = name == "location" ? "http://127.0.0.1:9/?key=" + Uri.EscapeDataString(key) : key;
        }

        var isStream = mode.StartsWith("stream", StringComparison.Ordinal);
        http.Response.ContentType = isStream ? "text/event-stream" : "application/json";
        var error = $$$"""{"error":{"message":"{{{said}}}","type":"{{{said}}}","param":"{{{said}}}","code":"{{{said}}}"}}""";
        const string Chunk = """{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},"finish_reason":null}]}""";
        const string Last = """{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""";
        switch (mode)
        {
            case "ok":
                await WriteAsync(http, """{"id":"c","object":"chat.completion","model":"ok","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""");
                break;
            case "inside":
                await WriteAsync(http, error);
                break;
            case "broken":
                await WriteAsync(http, $"{{\"{said}\":");
                break;
            case "hang":
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "reset":
                http.Abort();
                break;
            case "stream-ok":
                await WriteAsync(http, $"data: {Chunk}\n\ndata: {Last}\n\ndata: [DONE]\n\n");
                break;
            case "stream-error":
                await WriteAsync(http, $"data: {Chunk}\n\ndata: {error}\n\n");
                break;
            case "stream-first":
                await WriteAsync(http, $"data: {error}\n\n");
                break;
            case "stream-broken":
                await WriteAsync(http, $"data: {Chunk}\n\ndata: {{\"{said}\n\n");
                break;
            default:
                http.Response.StatusCode = int.TryParse(mode, out var status) ? status : 404;
                await WriteAsync(http, error);
                break;
        }
    }

    private static string Mode(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body).GetProperty("model").GetString()!;
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "400";
        }
    }

    private static Task WriteAsync(HttpContext http, string text) => http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
}
