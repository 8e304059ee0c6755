using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Lab;

/// <summary>An upstream on 127.0.0.1 that answers every stream with its own name and the numbers of its chunks: `name:0 name:1 name:2 …`.</summary>
internal sealed class NumberedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HotSwapOptions _options;
    private long _requests;

    private NumberedUpstream(WebApplication app, HotSwapOptions options)
    {
        _app = app;
        _options = options;
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Chat requests that arrived.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public static async Task<NumberedUpstream> StartAsync(HotSwapOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var upstream = new NumberedUpstream(builder.Build(), options);
        upstream._app.MapPost("/v1/chat/completions", upstream.AnswerAsync);
        upstream._app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"numbers","object":"model","created":1,"owned_by":"lab"}]}""", "application/json"));
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
        Interlocked.Increment(ref _requests);
        using var request = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var name = request.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
            ? parts[0].GetProperty("text").GetString()!
            : request.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        http.Response.ContentType = "text/event-stream";
        for (var number = 0; number < _options.Chunks; number++)
        {
            await Task.Delay(_options.Pause, http.RequestAborted);
            await WriteAsync(http, string.Create(CultureInfo.InvariantCulture, $$"""{"content":"{{name}}:{{number}} "}"""), finish: "null");
        }

        await WriteAsync(http, "{}", finish: "\"stop\"");
        await http.Response.WriteAsync("data: [DONE]\n\n", http.RequestAborted);
    }

    private static async Task WriteAsync(HttpContext http, string delta, string finish)
    {
        var chunk = $$$"""data: {"id":"chatcmpl-lab","object":"chat.completion.chunk","created":1,"model":"numbers","choices":[{"index":0,"delta":{{{delta}}},"finish_reason":{{{finish}}}}]}""" + "\n\n";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(chunk), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
