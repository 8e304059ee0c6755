using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Money;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Lab;

/// <summary>An upstream on 127.0.0.1 that keeps its own bill: for every request that it was asked, by its name, what it read and what it sent.</summary>
internal sealed class BillingUpstream : IAsyncDisposable
{
    /// <summary>Nano-dollars of a token, as the lab's catalogue has them: 3 and 15 USD a million.</summary>
    public const long InputPrice = 3_000;

    public const long OutputPrice = 15_000;

    private static readonly TimeSpan ChunkPause = TimeSpan.FromMilliseconds(3);

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Bill> _bills = new(StringComparer.Ordinal);

    private BillingUpstream(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>What was asked, by name.</summary>
    public IReadOnlyDictionary<string, Bill> Bills => _bills;

    public static async Task<BillingUpstream> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var upstream = new BillingUpstream(builder.Build());
        upstream._app.MapPost("/v1/chat/completions", upstream.AnswerAsync);
        upstream._app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"meter","object":"model","created":1,"owned_by":"lab"}]}""", "application/json"));
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
        using var request = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var root = request.RootElement;
        var (name, mode, words, work, sentences) = LedgerLabRequest.Read(root.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!);
        var isStream = root.TryGetProperty("stream", out var stream) && stream.GetBoolean();
        http.Response.Headers["x-request-id"] = "up-" + name;
        var bill = new Bill();
        if (!_bills.TryAdd(name, bill))
        {
            _bills[name].AskedAgain();
            return;
        }

        if (mode is LedgerLabMode.Error or LedgerLabMode.Limit)
        {
            http.Response.StatusCode = mode == LedgerLabMode.Error ? 500 : 429;
            await http.Response.WriteAsync("""{"error":{"message":"no","type":"lab","code":null}}""");
            return; // and nothing is billed
        }

        bill.Read(LedgerLabText.InputTokens(sentences));
        await (isStream ? StreamAsync(http, bill, mode, words) : WholeAsync(http, bill, mode, words, TimeSpan.FromMilliseconds(work)));
    }

    private static async Task WholeAsync(HttpContext http, Bill bill, LedgerLabMode mode, int words, TimeSpan work)
    {
        var begun = TimeProvider.System.GetTimestamp();
        try
        {
            await Task.Delay(work, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            var done = TimeProvider.System.GetElapsedTime(begun) / work;
            bill.Wrote(LedgerLabText.OutputTokens((int)(words * Math.Min(1, done))));
            throw;
        }

        var output = LedgerLabText.OutputTokens(words);
        bill.Wrote(output);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"c","object":"chat.completion","created":1,"model":"meter","choices":[{"index":0,"message":{"role":"assistant","content":"{{LedgerLabText.Piece(0, words)}}"},"finish_reason":"stop"}],"usage":{{Usage(bill)}}}""");
        http.Response.ContentType = "application/json";
        if (mode == LedgerLabMode.Answer)
        {
            await http.Response.WriteAsync(text, http.RequestAborted);
            bill.Finished();
        }
        else if (mode == LedgerLabMode.Garbage)
        {
            await http.Response.WriteAsync("<html>what the proxy says</html>", http.RequestAborted);
        }
        else
        {
            http.Response.ContentLength = text.Length;
            await http.Response.WriteAsync(text[..(text.Length / 2)], http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
        }
    }

    private static async Task StreamAsync(HttpContext http, Bill bill, LedgerLabMode mode, int words)
    {
        http.Response.ContentType = "text/event-stream";
        for (var from = 0; from < words; from += LedgerLabRequest.WordsOfChunk)
        {
            var to = Math.Min(words, from + LedgerLabRequest.WordsOfChunk);
            await WriteAsync(http, $$$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"meter","choices":[{"index":0,"delta":{"content":"{{{LedgerLabText.Piece(from, to)}}}"},"finish_reason":null}]}""");
            bill.Wrote(LedgerLabText.OutputTokens(to));
            if (mode == LedgerLabMode.Cut && from >= words / 2)
            {
                http.Abort();
                return;
            }

            await Task.Delay(ChunkPause, http.RequestAborted);
        }

        await WriteAsync(http, """{"id":"c","object":"chat.completion.chunk","created":1,"model":"meter","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        await WriteAsync(http, $$$"""{"id":"c","object":"chat.completion.chunk","created":1,"model":"meter","choices":[],"usage":{{{Usage(bill)}}}}""");
        bill.Finished();
        await http.Response.WriteAsync("data: [DONE]\n\n", http.RequestAborted);
    }

    private static string Usage(Bill bill) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"prompt_tokens":{{bill.InputTokens}},"completion_tokens":{{bill.OutputTokens}},"total_tokens":{{bill.InputTokens + bill.OutputTokens}}}""");

    private static async Task WriteAsync(HttpContext http, string json)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {json}\n\n"), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}

/// <summary>What the upstream bills for one request.</summary>
internal sealed class Bill
{
    private long _input;
    private long _output;
    private int _asked = 1;
    private volatile bool _isFinished;

    public long InputTokens => Interlocked.Read(ref _input);

    public long OutputTokens => Interlocked.Read(ref _output);

    /// <summary>How often it was asked; once is right.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>The whole answer, its usage included, has gone out.</summary>
    public bool IsFinished => _isFinished;

    public NanoUsd Cost => new((InputTokens * BillingUpstream.InputPrice) + (OutputTokens * BillingUpstream.OutputPrice));

    public void Read(long tokens) => Interlocked.Exchange(ref _input, tokens);

    public void Wrote(long tokens) => Interlocked.Exchange(ref _output, tokens);

    public void Finished() => _isFinished = true;

    public void AskedAgain() => Interlocked.Increment(ref _asked);
}
