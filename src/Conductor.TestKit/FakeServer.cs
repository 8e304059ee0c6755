using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.TestKit;

/// <summary>A server on a real loopback socket that remembers every request and leaves the answers to whoever made it.</summary>
public sealed class FakeServer : IAsyncDisposable
{
    private static readonly object ResetMark = new();

    private readonly List<RecordedRequest> _requests = [];
    private readonly List<(int Count, TaskCompletionSource Seen)> _waiters = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private readonly Func<HttpContext, RecordedRequest, CancellationToken, Task> _answer;
    private int _isDisposed;

    private FakeServer(WebApplication app, Func<HttpContext, RecordedRequest, CancellationToken, Task> answer)
    {
        _app = app;
        _answer = answer;
    }

    /// <summary>`http://127.0.0.1:PORT`.</summary>
    public string Address { get; private set; } = "";

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
    /// <param name="answer">Answers one request; called side by side. The token ends when the client leaves or the server stops.</param>
    public static async Task<FakeServer> StartAsync(Func<HttpContext, RecordedRequest, CancellationToken, Task> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, 0);
            options.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
        });
        var server = new FakeServer(builder.Build(), answer);
        server._app.Run(server.ServeAsync);
        await server._app.StartAsync().ConfigureAwait(false);
        server.Address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>Ends a connection with RST, not FIN: a linger of zero seconds throws away what is unsent.</summary>
    public static void Reset(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Items[ResetMark] = ResetMark;
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        context.Abort();
    }

    /// <summary>Makes every byte of an answer go out by itself.</summary>
    public static void SendByteByByte(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Body = new ByteByByteStream(context.Response.Body);
    }

    /// <summary>Completes once <paramref name="count"/> requests have arrived in full; gives the last of them.</summary>
    public async Task<RecordedRequest> WaitForRequestAsync(int count = 1)
    {
        TaskCompletionSource? seen = null;
        lock (_gate)
        {
            if (_requests.Count < count)
            {
                seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiters.Add((count, seen));
            }
        }

        if (seen is not null)
        {
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(false);
        }

        return Requests[count - 1];
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
        Record(request);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            await _answer(context, request, over.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            context.Abort(); // the client left or the test is over
        }
        finally
        {
            if (context.RequestAborted.IsCancellationRequested && !context.Items.ContainsKey(ResetMark) && !_stopping.IsCancellationRequested)
            {
                request.MarkAborted();
            }

            request.MarkCompleted();
        }
    }

    private void Record(RecordedRequest request)
    {
        lock (_gate)
        {
            _requests.Add(request);
            foreach (var (_, seen) in _waiters.Where(waiter => waiter.Count <= _requests.Count))
            {
                seen.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Count <= _requests.Count);
        }
    }
}
