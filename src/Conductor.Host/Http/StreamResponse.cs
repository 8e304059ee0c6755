using System.Buffers;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Host.Idempotency;
using Conductor.Host.Redaction;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>One streamed response: headers, events, pings in silence, an error at the end where there is one. How they look is the dialect's.</summary>
/// <remarks>Events are written by one caller at a time; pings come from a timer and only between events.</remarks>
internal sealed partial class StreamResponse : IAsyncDisposable
{
    private const int FlushAtBytes = 16 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    // A client that reads nothing for this long is gone for all that matters; its upstream must not wait for it.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpContext _context;
    private readonly InboundDialect _dialect;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _over = new();
    private PeriodicTimer? _timer;
    private Task _watching = Task.CompletedTask;
    private long _lastWrite;
    private long _flushSince;
    private int _unflushed;
    private bool _hasEvents;

    public StreamResponse(HttpContext context, InboundDialect dialect, TimeProvider time, ILogger logger)
    {
        _context = context;
        _dialect = dialect;
        _time = time;
        _logger = logger;
    }

    public bool IsStarted => _timer is not null;

    /// <summary>Sends the headers; from then on silence is filled with pings.</summary>
    public async Task StartAsync()
    {
        var response = _context.Response;
        response.ContentType = _dialect.Framing.ContentType;
        _dialect.AddHeaders(response.Headers, RequestIds.Of(_context));
        LimitHeaders.Write(_context); // the call was let in before its answer's headers go out, however early they do
        response.Headers["x-accel-buffering"] = "no";
        await response.StartAsync(_context.RequestAborted);
        await response.BodyWriter.FlushAsync(_context.RequestAborted);
        _lastWrite = _time.GetTimestamp();
        _timer = new PeriodicTimer(Tick, _time);
        _watching = WatchAsync(_timer);
    }

    /// <summary>Passes events on as they come. What is already there goes out together; nothing waits for more.</summary>
    /// <param name="events">Complete events, blank lines included.</param>
    public async Task RelayAsync(EventSource events)
    {
        while (true)
        {
            if (!events.Begin() || _unflushed >= FlushAtBytes)
            {
                await FlushAsync();
            }

            if (!await events.MoveAsync())
            {
                break;
            }

            await AppendAsync(events.Current);
            _hasEvents = true;
        }

        await FlushAsync();
    }

    /// <summary>The stream's last event when it failed. The end mark is then left out.</summary>
    public async Task FailAsync(ConductorException error)
    {
        _context.Features.Set(new StreamFailure(error));
        var body = new ArrayBufferWriter<byte>(512);
        _dialect.WriteErrorEvent(body, error, new ErrorFacts(RequestIds.Of(_context), _time.GetUtcNow()), isFirst: !_hasEvents);
        await AppendAsync(SecretRedactor.Of(_context).Clean(body.WrittenMemory));
        await FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer?.Dispose();
        await _over.CancelAsync();
        await _watching;
        _over.Dispose();
        _turn.Dispose();
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _turn.WaitAsync(_context.RequestAborted);
        try
        {
            _context.Response.BodyWriter.Write(bytes.Span);
            _unflushed += bytes.Length;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask FlushAsync()
    {
        if (_unflushed == 0)
        {
            return;
        }

        await _turn.WaitAsync(_context.RequestAborted);
        try
        {
            await FlushInTurnAsync(_context.RequestAborted);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask FlushInTurnAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _flushSince, _time.GetTimestamp());
        try
        {
            var flushed = await _context.Response.BodyWriter.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                throw new ClientGoneException();
            }

            _unflushed = 0;
            _lastWrite = _time.GetTimestamp();
        }
        finally
        {
            Volatile.Write(ref _flushSince, 0);
        }
    }

    private async Task WatchAsync(PeriodicTimer timer)
    {
        // Not awaited between ticks: a ping that the client does not take must not blind the watch.
        var ping = Task.CompletedTask;
        while (await timer.WaitForNextTickAsync())
        {
            if (Volatile.Read(ref _flushSince) is not 0 and var since && _time.GetElapsedTime(since) >= WriteTimeout)
            {
                SlowReader(_logger, RequestIds.Of(_context));
                _context.Abort();
                break;
            }

            if (ping.IsCompleted)
            {
                ping = PingAsync();
            }
        }

        await ping;
    }

    private async Task PingAsync()
    {
        var ping = _dialect.Framing.Ping;
        if (ping.IsEmpty || _time.GetElapsedTime(Volatile.Read(ref _lastWrite)) < PingEvery || !_turn.Wait(0))
        {
            return;
        }

        try
        {
            _context.Response.BodyWriter.Write(ping.Span);
            await FlushInTurnAsync(_over.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The response is over or the client has left; whoever writes events finds out by itself.
        }
        finally
        {
            _turn.Release();
        }
    }

    [LoggerMessage(HostEventIds.SlowReader, LogLevel.Information, "The client of request {RequestId} reads nothing; the connection is cut")]
    private static partial void SlowReader(ILogger logger, string requestId);
}
