using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.TestKit;

/// <summary>A server on a real loopback socket that speaks the OpenAI dialect as its script says and remembers every request.</summary>
/// <remarks>
/// Scripted replies are taken in order, one per request. With an empty script it answers sensibly: chat `Hello from fake.`, three-number
/// vectors, one model `fake-model`; <see cref="Otherwise"/> changes that.
/// </remarks>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly ConcurrentQueue<FakeReply> _script = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<(int Count, TaskCompletionSource Seen)> _waiters = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private FakeReply? _otherwise;
    private int _isDisposed;

    private FakeUpstream(WebApplication app) => _app = app;

    /// <summary>`http://127.0.0.1:PORT/v1`.</summary>
    public string BaseUrl { get; private set; } = "";

    /// <summary>Every request so far, in order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Starts a server on a free port.</summary>
    public static async Task<FakeUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, 0);
            options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
        });
        var upstream = new FakeUpstream(builder.Build());
        upstream._app.Run(upstream.ServeAsync);
        await upstream._app.StartAsync().ConfigureAwait(false);
        var address = upstream._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        upstream.BaseUrl = address + "/v1";
        return upstream;
    }

    /// <summary>Adds a reply to the script.</summary>
    public FakeUpstream Reply(FakeReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _script.Enqueue(reply);
        return this;
    }

    /// <summary>Adds an answer with this text; what a json_schema request gets, too.</summary>
    public FakeUpstream ReplyWith(string text, FakeUsage? usage = null) => Reply(FakeReply.Text(text, usage));

    /// <summary>Adds a stream to the script.</summary>
    public FakeUpstream ReplyWith(FakeStream stream) => Reply(FakeReply.Stream(stream));

    /// <summary>What every request gets once the script is used up.</summary>
    public FakeUpstream Otherwise(FakeReply reply)
    {
        _otherwise = reply;
        return this;
    }

    /// <summary>Completes once <paramref name="count"/> requests have arrived in full.</summary>
    public Task<RecordedRequest> WaitForRequestAsync(int count = 1)
    {
        lock (_gate)
        {
            if (_requests.Count >= count)
            {
                return Task.FromResult(_requests[count - 1]);
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, seen));
            return Await(seen.Task);
        }

        async Task<RecordedRequest> Await(Task seen)
        {
            await seen.ConfigureAwait(false);
            return Requests[count - 1];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return; // a test may have taken it down by itself
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await _app.StopAsync(limit.Token).ConfigureAwait(false);
        }

        await _app.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        var request = new RecordedRequest
        {
            Method = context.Request.Method,
            Path = context.Request.Path + context.Request.QueryString,
            Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            ConnectionId = context.Connection.Id,
            Body = body.ToArray(),
        };
        var exchange = new FakeExchange(request);
        await using var registration = context.RequestAborted.Register(() =>
        {
            if (!exchange.IsResetByScript && !_stopping.IsCancellationRequested)
            {
                request.MarkAborted();
            }
        }).ConfigureAwait(false);

        // The script advances in the same order as the record, also when requests arrive side by side.
        FakeReply reply;
        lock (_gate)
        {
            reply = _script.TryDequeue(out var scripted) ? scripted : _otherwise ?? Default(context.Request.Path);
            _requests.Add(request);
            foreach (var (_, seen) in _waiters.Where(waiter => waiter.Count <= _requests.Count))
            {
                seen.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Count <= _requests.Count);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            await reply.RunAsync(context, exchange, over.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // The client left or the test is over.
            context.Abort();
        }
        finally
        {
            request.MarkCompleted();
        }
    }

    private static FakeReply Default(PathString path) => path.Value switch
    {
        { } value when value.EndsWith("/models", StringComparison.Ordinal) => FakeReply.Models("fake-model"),
        { } value when value.EndsWith("/embeddings", StringComparison.Ordinal) => FakeReply.Embeddings(),
        { } value when value.EndsWith("/chat/completions", StringComparison.Ordinal) => FakeReply.Text("Hello from fake."),
        _ => FakeReply.Error(404, "unknown_url", "no such path"),
    };
}
