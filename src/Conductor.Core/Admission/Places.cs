using System.Threading.RateLimiting;

namespace Conductor.Admission;

/// <summary>The places of one scope: so many calls at work at once, and so many more that wait. The limit may change; who is inside stays counted. Thread-safe.</summary>
internal sealed class Places(TimeProvider time) : IDisposable
{
    // The newest call's part in the mean of how long a place is held.
    private const double Newest = 0.125;

    private readonly Lock _gate = new();
    private readonly Stack<RateLimitLease> _carried = new(); // for who is inside by an earlier limit
    private ConcurrencyLimiter? _limiter;
    private int _most;
    private int _queue;
    private int _inside; // of the present limiter
    private int _before; // of earlier ones
    private double _heldMilliseconds;

    /// <summary>A place at once; null when all are taken.</summary>
    public Place? TryEnter(int most, int queue)
    {
        if (most <= 0)
        {
            return null;
        }

        lock (_gate)
        {
            return Take(LimiterOf(most, queue).AttemptAcquire());
        }
    }

    /// <summary>A place, now or when one is free; null when too many wait already.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while it waited.</exception>
    public async ValueTask<Place?> EnterAsync(int most, int queue, CancellationToken cancellationToken)
    {
        for (var isAgain = false; most > 0; isAgain = true)
        {
            ConcurrencyLimiter limiter;
            ValueTask<RateLimitLease> waiting;
            lock (_gate)
            {
                limiter = isAgain ? _limiter! : LimiterOf(most, queue);
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

        return null;
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

    private Place? Take(RateLimitLease lease)
    {
        if (!lease.IsAcquired)
        {
            return null;
        }

        _inside++;
        return new Place(this, _limiter!, lease, time.GetTimestamp());
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            var held = time.GetElapsedTime(place.Since).TotalMilliseconds;
            _heldMilliseconds = _heldMilliseconds > 0 ? _heldMilliseconds + ((held - _heldMilliseconds) * Newest) : held;
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

        place.Lease.Dispose(); // it may let somebody in, who need not wait for the lock
    }

    private ConcurrencyLimiter LimiterOf(int most, int queue)
    {
        if (_limiter is { } present && _most == most && _queue == queue)
        {
            return present;
        }

        var next = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = queue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
        _carried.Clear();
        (_before, _inside) = (_before + _inside, 0);
        for (var i = 0; i < Math.Min(_before, most); i++)
        {
            _carried.Push(next.AttemptAcquire());
        }

        _limiter?.Dispose(); // who waits there is told, and waits in the new one
        (_limiter, _most, _queue) = (next, most, queue);
        return next;
    }

    /// <summary>A place that somebody has; disposed once.</summary>
    internal sealed class Place(Places owner, ConcurrencyLimiter limiter, RateLimitLease lease, long since) : IDisposable
    {
        private int _isLeft;

        public ConcurrencyLimiter Limiter => limiter;

        public RateLimitLease Lease => lease;

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
