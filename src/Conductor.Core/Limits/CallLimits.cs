using Conductor.Calls;

namespace Conductor.Limits;

/// <summary>What one call has taken of its limits, and how they stood when they were last asked. Used by one thread at a time, as its call is.</summary>
internal sealed class CallLimits(RateLimit[] rates, IRateLimitStore store, Action<Exception> failed)
{
    private readonly RateLimitState[] _states = new RateLimitState[rates.Length];
    private long _requestsAt;
    private long _tokensAt;
    private long _reserved;
    private long _used;
    private bool _hasRequest;
    private volatile bool _isClosed;

    public RateLimit[] Rates => rates;

    /// <summary>The limit of requests that has least left; null without one.</summary>
    public RateLimitState? Requests => Tightest(RateLimitUnit.Requests);

    /// <summary>The same of tokens, of a minute or of a day.</summary>
    public RateLimitState? Tokens => Tightest(RateLimitUnit.Tokens);

    public bool HasTokenLimit { get; } = Array.Exists(rates, rate => rate.Unit == RateLimitUnit.Tokens);

    /// <summary>Asks for one request, and how the limits of tokens stand.</summary>
    public async ValueTask<RateLimitVerdict> TakeRequestAsync(CancellationToken cancellationToken)
    {
        var verdict = await store.TakeAsync(Demands(RateLimitUnit.Requests, 1, others: true), cancellationToken).ConfigureAwait(false);
        Note(verdict.States);
        (_hasRequest, _requestsAt) = (verdict.IsTaken, verdict.At);
        return verdict;
    }

    /// <summary>When a call of this size would get in, requests and tokens together.</summary>
    public async ValueTask<RateLimitVerdict> LookAsync(long tokens, CancellationToken cancellationToken)
    {
        var demands = new RateLimitDemand[rates.Length];
        for (var i = 0; i < demands.Length; i++)
        {
            demands[i] = new RateLimitDemand(rates[i], rates[i].Unit == RateLimitUnit.Requests ? 1 : tokens);
        }

        return await store.LookAsync(demands, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets so many tokens aside, all or nothing, beside what the call has used until now.</summary>
    /// <param name="tokens">What is asked next may use so many.</param>
    /// <param name="used">What the attempt that runs has used.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    public async ValueTask<RateLimitVerdict> ReserveAsync(long tokens, long used, CancellationToken cancellationToken)
    {
        Correct(_used + used);
        var verdict = await store.TakeAsync(Demands(RateLimitUnit.Tokens, tokens, others: false), cancellationToken).ConfigureAwait(false);
        Note(verdict.States);
        if (verdict.IsTaken)
        {
            _tokensAt = verdict.At;
            _reserved += tokens;
            if (_isClosed)
            {
                Correct(_used); // the call was over before there was an answer
            }
        }

        return verdict;
    }

    /// <summary>An attempt has ended: what it used is used. After a success nothing can follow, so the rest goes back.</summary>
    public void Settle(Attempt attempt)
    {
        _used += attempt.Usage.TotalTokens;
        if (attempt.Status == AttemptStatus.Succeeded || _used > _reserved)
        {
            Correct(_used);
        }
    }

    /// <summary>The call is over: what it did not use goes back.</summary>
    public void Close()
    {
        _isClosed = true;
        Correct(_used);
    }

    /// <summary>The call was refused before anybody was asked: it is none.</summary>
    public void GiveRequestBack()
    {
        if (_hasRequest && _used == 0)
        {
            _hasRequest = false;
            Send(Demands(RateLimitUnit.Requests, -1, others: false), _requestsAt);
        }
    }

    private void Correct(long to)
    {
        var change = to - _reserved;
        if (change == 0 || !HasTokenLimit)
        {
            return;
        }

        _reserved = to;
        Send(Demands(RateLimitUnit.Tokens, change, others: false), _tokensAt);
        for (var i = 0; i < _states.Length; i++)
        {
            if (_states[i].Limit.Unit == RateLimitUnit.Tokens)
            {
                _states[i] = _states[i] with { Remaining = Math.Clamp(_states[i].Remaining - change, 0, _states[i].Limit.Most) };
            }
        }
    }

    // Nobody waits for it: a store that is elsewhere says later what became of it.
    private void Send(RateLimitDemand[] demands, long at)
    {
        if (demands.Length > 0)
        {
            _ = SendAsync(demands, at);
        }
    }

    private async Task SendAsync(RateLimitDemand[] demands, long at)
    {
        try
        {
            await store.CorrectAsync(demands, at, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: what cannot be given back runs out by itself
        catch (Exception failure)
#pragma warning restore CA1031
        {
            failed(failure);
        }
    }

    private RateLimitDemand[] Demands(RateLimitUnit unit, long amount, bool others)
    {
        if (others)
        {
            return Array.ConvertAll(rates, rate => new RateLimitDemand(rate, rate.Unit == unit ? amount : 0));
        }

        var demands = new RateLimitDemand[rates.Count(rate => rate.Unit == unit)];
        var next = 0;
        foreach (var rate in rates)
        {
            if (rate.Unit == unit)
            {
                demands[next++] = new RateLimitDemand(rate, amount);
            }
        }

        return demands;
    }

    private void Note(RateLimitState[] states)
    {
        foreach (var state in states)
        {
            _states[Array.IndexOf(rates, state.Limit)] = state;
        }
    }

    private RateLimitState? Tightest(RateLimitUnit unit)
    {
        RateLimitState? tightest = null;
        foreach (var state in _states)
        {
            if (state.Limit?.Unit == unit && (tightest is not { } known || state.Remaining < known.Remaining))
            {
                tightest = state;
            }
        }

        return tightest;
    }
}
