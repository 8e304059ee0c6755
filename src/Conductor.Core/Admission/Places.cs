using System.Threading.RateLimiting;

namespace Conductor.Admission;

/// <summary>
/// The places of one scope: so many calls at work at once, and, where there is a queue, so many more that wait. The limit may change; who is inside stays counted. Thread-safe.
/// </summary>
internal sealed class Places(TimeProvider time) : IDisposable
{
    // The newest call's part in the mean of how long a place is held.
    private const double Newest = 0.125;

    private readonly Lock _gate = new();
    private readonly Stack<RateLimitLease> _carried = new(); // for who is inside by an earlier limiter
    private ConcurrencyLimiter? _limiter; // of the queue; without one a count is enough
    private int _most;
    private int _queue;
    private int _inside; // of the present limiter, or of none
    private int _before; // of earlier ones
    private double _heldMilliseconds;

    /// <summary>How many are inside.</summary>
    public int Inside
    {
        get
        {
            lock (_gate)
            {
                return _inside + _before;
            }
        }
    }

    /// <summary>A place at once; null when all are taken.</summary>
    public Place? TryEnter(int most, int queue)
    {
        lock (_gate)
        {
            Change(most, queue);
            return _limiter is { } limiter ? Take(limiter.AttemptAcquire())
                : _inside + _before < most ? Take(null)
                : null;
        }
    }

    /// <summary>A place, now or when one is free; null when too many wait already.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while it waited.</exception>
    public async ValueTask<Place?> EnterAsync(int most, int queue, CancellationToken cancellationToken)
    {
        for (var isAgain = false; ; isAgain = true)
        {
            ConcurrencyLimiter limiter;
            ValueTask<RateLimitLease> waiting;
            lock (_gate)
            {
                if (!isAgain)
                {
                    Change(most, queue);
                }

                if (_limiter is null)
                {
                    return _inside + _before < _most ? Take(null) : null; // the queue was taken away
                }

                limiter = _limiter;
                waiting = limiter.AcquireAsync(1, cancellationToken);
            }

            var lease = await waiting.ConfigureAwait(false);
            lock (_gate)
            {
                if (ReferenceEquals(limiter, _limiter))
                {
                    return Take(lease);
                }
            }

            lease.Dispose(); // the limit changed meanwhile, and with it the queue: once more in the new one
        }
    }

    /// <summary>How long the next place is likely to take: how long one is held, by how many there are. At least a second, at most a minute.</summary>
    public TimeSpan LikelyWait()
    {
        lock (_gate)
        {
            var ahead = 1 + (_limiter?.GetStatistics()?.CurrentQueuedCount ?? 0);
            return TimeSpan.FromMilliseconds(Math.Clamp(_heldMilliseconds * ahead / Math.Max(1, _most), 1_000, 60_000));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter?.Dispose();

    private Place? Take(RateLimitLease? lease)
    {
        if (lease is { IsAcquired: false })
        {
            return null;
        }

        _inside++;
        var isBusy = (_inside + _before) * 2 >= _most; // how long places are held matters when they are few
        return new Place(this, _limiter, lease, isBusy ? Math.Max(1, time.GetTimestamp()) : 0);
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            if (place.Since > 0)
            {
                var held = time.GetElapsedTime(place.Since).TotalMilliseconds;
                _heldMilliseconds = _heldMilliseconds > 0 ? _heldMilliseconds + ((held - _heldMilliseconds) * Newest) : held;
            }

            if (ReferenceEquals(place.Limiter, _limiter))
            {
                _inside--;
            }
            else
            {
                _before--;
                while (_carried.Count > _before)
                {
                    _carried.Pop().Dispose();
                }
            }
        }

        place.Lease?.Dispose(); // it may let somebody in, who need not wait for the lock
    }

    // A limiter cannot change its limit: a new one takes over those who are inside.
    private void Change(int most, int queue)
    {
        if (_most == most && _queue == queue)
        {
            return;
        }

        var isCounting = _limiter is null && (queue == 0 || most <= 0);
        (_most, _queue) = (most, queue);
        if (isCounting)
        {
            return;
        }

        (_before, _inside) = (_before + _inside, 0);
        _carried.Clear();
        var old = _limiter;
        _limiter = queue == 0 || most <= 0 ? null
            : new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
        for (var i = 0; _limiter is not null && i < Math.Min(_before, most); i++)
        {
            _carried.Push(_limiter.AttemptAcquire());
        }

        old?.Dispose(); // who waits there is told, and waits in the new one
    }

    /// <summary>A place that somebody has; disposed once.</summary>
    internal sealed class Place(Places owner, ConcurrencyLimiter? limiter, RateLimitLease? lease, long since) : IDisposable
    {
        private int _isLeft;

        public ConcurrencyLimiter? Limiter => limiter;

        public RateLimitLease? Lease => lease;

        /// <summary>When it was taken; 0 where nobody measures.</summary>
        public long Since => since;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) == 0)
            {
                owner.Leave(this);
            }
        }
    }
}
