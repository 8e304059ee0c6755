using Conductor.Limits;
using Conductor.Plugins;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.ProviderKeys;

/// <summary>
/// The keys of one provider at work. Each attempt gets the one whose turn it is by weight, of those that have something left: by their own limits, and by what the upstream's
/// headers said. A key that the upstream refuses is set aside while others are there. Thread-safe.
/// </summary>
public sealed partial class ProviderKeyRing : IProviderKeys
{
    // For a refusal for its rate that does not say how long it lasts, where another key can go on meanwhile.
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    // A header may be wrong by days; after this long one call finds out.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly string _provider;
    private readonly KeyState[] _keys;
    private readonly IRateLimitStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _start;
    private readonly KeyTurn _first;
    private readonly Action<Exception> _notGivenBack;
    private volatile bool _isJoined;
    private volatile bool _wasExhausted;

    /// <summary>Creates a ring.</summary>
    /// <param name="provider">The provider's configured name.</param>
    /// <param name="keys">Its keys in their order; at least one.</param>
    /// <param name="store">Where what is taken of their limits is counted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where refused keys are told, by their number.</param>
    public ProviderKeyRing(string provider, IReadOnlyList<ProviderKeySettings> keys, IRateLimitStore store, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(time);
        (_provider, _store, _time, _logger, _start) = (provider, store, time, logger, time.GetTimestamp());
        _keys = [.. keys.Select((key, i) => new KeyState(new ProviderKey(i + 1, key.Value), key, new CallerLimits(LimitRules.Rates(LimitScope.OfProviderKey(provider, i + 1), key.Limits), null, null)))];
        _first = new KeyTurn(this, _keys[0].Key);
        _notGivenBack = failure => NotGivenBack(_logger, _provider, failure);
    }

    /// <summary>Whether there is a choice, so that an attempt's code has to be told which key is its own.</summary>
    public bool HasChoice => _isJoined && _keys.Length > 1;

    /// <summary>Told of the limit for which a target was passed over.</summary>
    public Action<RateLimit>? LimitReached { get; init; }

    /// <inheritdoc/>
    public ProviderKey Current
    {
        get
        {
            if (KeyTurn.Present is { } turn && ReferenceEquals(turn.Ring, this))
            {
                return turn.Key;
            }

            lock (_gate)
            {
                var now = Now();
                return (Array.Find(_keys, key => !key.IsSetAside(now)) ?? _keys[0]).Key;
            }
        }
    }

    /// <inheritdoc/>
    public void Join() => _isJoined = true;

    /// <summary>How each key stands, in their order.</summary>
    public IReadOnlyList<ProviderKeyStatus> Statuses()
    {
        lock (_gate)
        {
            var now = Now();
            return [.. _keys.Select(key => new ProviderKeyStatus(
                key.Key.Number,
                key.IsSetAside(now) ? "set_aside" : key.UntilFree(now) > 0 ? "exhausted" : "in_use",
                key.Refused switch { null => null, ProviderErrorKind.QuotaExhausted => "its account is used up", _ => "the upstream refuses it" },
                key.IsSetAside(now) ? TimeSpan.FromTicks(key.SetAsideUntil - now) : key.UntilFree(now) is > 0 and var wait ? TimeSpan.FromTicks(wait) : null,
                key.Requests))];
        }
    }

    /// <summary>The key for an attempt at a model, and what it may use taken of that key's limits.</summary>
    /// <param name="model">The provider's name of the model.</param>
    /// <param name="tokens">How many tokens the attempt may use at most, by its bytes and, where that is too much, counted.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <exception cref="ProviderException">All keys are exhausted; the time is the shortest after which one of them is not.</exception>
    internal async ValueTask<KeyTurn> TakeAsync(string model, Func<bool, long> tokens, CancellationToken cancellationToken)
    {
        if (!HasChoice && _keys[0].Rates.HasNoRates && !_wasExhausted)
        {
            Interlocked.Increment(ref _keys[0].Requests);
            return _first; // nothing to choose, nothing to count
        }

        var shortest = TimeSpan.MaxValue;
        RateLimit? reached = null;
        foreach (var state in InTurn(model, ref shortest))
        {
            if (state.Rates.HasNoRates)
            {
                return Begin(state, null);
            }

            var limits = new CallLimits(state.Rates.Requests, state.Rates.Tokens, _store, _notGivenBack);
            var verdict = await TakeAsync(limits, tokens, cancellationToken).ConfigureAwait(false);
            if (verdict.Tightest is not { } tightest)
            {
                return Begin(state, limits);
            }

            (shortest, reached) = tightest.Wait < shortest ? (tightest.Wait, tightest.Limit) : (shortest, reached ?? tightest.Limit);
        }

        if (reached is not null)
        {
            LimitReached?.Invoke(reached);
        }

        throw new ProviderException(ProviderErrorKind.RateLimited, $"No key of '{_provider}' has anything left{(reached is null ? "" : $": {reached.Scope} may take {reached}")}.")
        {
            RetryAfter = shortest == TimeSpan.MaxValue ? null : shortest,
            IsUnsent = true,
        };
    }

    /// <summary>Whether an attempt that failed so may be made once more with another key.</summary>
    internal bool HasAnother(string model, ProviderErrorKind failure)
    {
        if (!HasChoice || failure is not (ProviderErrorKind.Credentials or ProviderErrorKind.QuotaExhausted or ProviderErrorKind.RateLimited))
        {
            return false;
        }

        lock (_gate)
        {
            var now = Now();
            return Array.Exists(_keys, key => !key.IsSetAside(now) && key.UntilFree(model, now) == 0);
        }
    }

    /// <inheritdoc/>
    public void Report(ProviderKey key, ProviderKeyReport report)
    {
        ArgumentNullException.ThrowIfNull(key);
        var state = _keys[key.Number - 1];
        if (report is { Failure: null, ExhaustedFor: null } && state.Refused is null)
        {
            return; // nearly every answer: nothing is new
        }

        lock (_gate)
        {
            var now = Now();
            if (report.Failure is ProviderErrorKind.Credentials or ProviderErrorKind.QuotaExhausted)
            {
                if (state.SetAside(report.Failure.Value, now))
                {
                    Refused(_logger, key.Number, _provider, report.Failure.Value, TimeSpan.FromTicks(state.SetAsideUntil - now));
                }

                return;
            }

            if (report.Failure is null && state.TakeBack())
            {
                TakenBack(_logger, key.Number, _provider);
            }

            if (report.Model is { } model
                && (report.ExhaustedFor ?? (report.Failure == ProviderErrorKind.RateLimited && _keys.Length > 1 ? ShortPause : null)) is { } wait && wait > TimeSpan.Zero)
            {
                _wasExhausted = true;
                state.Exhaust(model, now + Math.Min(wait.Ticks, LongestPause.Ticks), now);
            }
        }
    }

    private static async ValueTask<RateLimitVerdict> TakeAsync(CallLimits limits, Func<bool, long> tokens, CancellationToken cancellationToken)
    {
        var verdict = await limits.TakeRequestAsync(cancellationToken).ConfigureAwait(false);
        if (!verdict.IsTaken || !limits.HasTokenLimit)
        {
            return verdict;
        }

        var most = tokens(false);
        verdict = await limits.ReserveAsync(most, used: 0, cancellationToken).ConfigureAwait(false);
        if (!verdict.IsTaken && tokens(true) is var counted && counted < most)
        {
            verdict = await limits.ReserveAsync(counted, used: 0, cancellationToken).ConfigureAwait(false);
        }

        if (!verdict.IsTaken)
        {
            limits.GiveRequestBack();
        }

        return verdict;
    }

    // Smooth weights: each key gains its weight, the one that has most is next and pays what all gained. Those with nothing left gain nothing.
    private List<KeyState> InTurn(string model, ref TimeSpan shortest)
    {
        lock (_gate)
        {
            var now = Now();
            List<KeyState> free = [];
            foreach (var key in _isJoined ? _keys.AsSpan() : _keys.AsSpan(0, 1))
            {
                if (key.UntilFree(model, now) is > 0 and var wait)
                {
                    shortest = TimeSpan.FromTicks(Math.Min(shortest.Ticks, wait));
                }
                else
                {
                    free.Add(key);
                }
            }

            // All refused: the one that has been away longest is tried, so that a mended key is found.
            List<KeyState> usable = [.. free.Where(key => !key.IsSetAside(now))];
            usable = usable.Count > 0 || free.Count == 0 ? usable : [free.MinBy(key => key.SetAsideUntil)!];
            usable.Sort((one, other) => (other.Turn + other.Weight).CompareTo(one.Turn + one.Weight) is not 0 and var order ? order : one.Key.Number - other.Key.Number);
            var sum = 0m;
            foreach (var key in usable)
            {
                key.Turn += key.Weight;
                sum += key.Weight;
            }

            if (usable.Count > 0)
            {
                usable[0].Turn -= sum;
            }

            return usable;
        }
    }

    private KeyTurn Begin(KeyState state, CallLimits? limits)
    {
        Interlocked.Increment(ref state.Requests);
        return new KeyTurn(this, state.Key, limits);
    }

    private long Now() => _time.GetElapsedTime(_start).Ticks;

    [LoggerMessage(EventIds.ProviderKeyRefused, LogLevel.Warning, "Key {Number} of provider {Provider} is refused ({Why}) and set aside for {Time} while others are there")]
    private static partial void Refused(ILogger logger, int number, string provider, ProviderErrorKind why, TimeSpan time);

    [LoggerMessage(EventIds.ProviderKeyTakenBack, LogLevel.Information, "Key {Number} of provider {Provider} is taken again")]
    private static partial void TakenBack(ILogger logger, int number, string provider);

    [LoggerMessage(EventIds.LimitNotGivenBack, LogLevel.Warning, "What an attempt at {Provider} had not used of its key's limits could not be given back; it runs out by itself")]
    private static partial void NotGivenBack(ILogger logger, string provider, Exception failure);
}
