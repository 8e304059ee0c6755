using Conductor.Calls;

namespace Conductor.Limits;

/// <summary>What one call, or one attempt of it, has taken of its limits, and how they stood when they were last asked. Used by one thread at a time, as its call is.</summary>
/// <param name="requests">Its limits of requests.</param>
/// <param name="tokens">Its limits of tokens.</param>
/// <param name="store">Where they are counted.</param>
/// <param name="failed">Told when something could not be given back.</param>
internal sealed class CallLimits(RateLimit[] requests, RateLimit[] tokens, IRateLimitStore store, Action<Exception> failed)
{
    private RateLimitState[] _requestStates = [];
    private RateLimitState[] _tokenStates = [];
    private long _requestsAt;
    private long _tokensAt;
    private long _reserved;
    private long _used;
    private bool _hasRequest;
    private volatile bool _isClosed;

    /// <summary>The limit of requests that has least left; null without one.</summary>
    public RateLimitState? Requests => Tightest(_requestStates);

    /// <summary>The same of tokens, of a minute or of a day.</summary>
    public RateLimitState? Tokens => Tightest(_tokenStates);

    public bool HasTokenLimit => tokens.Length > 0;

    /// <summary>Asks for one request, and how the limits of tokens stand.</summary>
    public async ValueTask<RateLimitVerdict> TakeRequestAsync(CancellationToken cancellationToken)
    {
        var verdict = await store.TakeAsync(Demands(1, 0), cancellationToken).ConfigureAwait(false);
        _requestStates = verdict.States[..requests.Length];
        _tokenStates = verdict.States[requests.Length..];
        (_hasRequest, _requestsAt) = (verdict.IsTaken, verdict.At);
        return verdict;
    }

    /// <summary>When a call of this size would get in, requests and tokens together.</summary>
    public ValueTask<RateLimitVerdict> LookAsync(long size, CancellationToken cancellationToken) => store.LookAsync(Demands(1, size), cancellationToken);

    /// <summary>Sets so many tokens aside, all or nothing, beside what the call has used until now.</summary>
    /// <param name="size">What is asked next may use so many.</param>
    /// <param name="used">What the attempt that runs has used.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    public async ValueTask<RateLimitVerdict> ReserveAsync(long size, long used, CancellationToken cancellationToken)
    {
        Correct(_used + used);
        var verdict = await store.TakeAsync(Demands(tokens, size), cancellationToken).ConfigureAwait(false);
        _tokenStates = verdict.States;
        if (verdict.IsTaken)
        {
            _tokensAt = verdict.At;
            _reserved += size;
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
            Send(Demands(requests, -1), _requestsAt);
            Note(_requestStates, -1);
        }
    }

    private void Correct(long to)
    {
        var change = to - _reserved;
        if (change != 0 && HasTokenLimit)
        {
            _reserved = to;
            Send(Demands(tokens, change), _tokensAt);
            Note(_tokenStates, change);
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

    private RateLimitDemand[] Demands(long ofRequests, long ofTokens)
    {
        var demands = new RateLimitDemand[requests.Length + tokens.Length];
        for (var i = 0; i < demands.Length; i++)
        {
            demands[i] = i < requests.Length ? new RateLimitDemand(requests[i], ofRequests) : new RateLimitDemand(tokens[i - requests.Length], ofTokens);
        }

        return demands;
    }

    private static RateLimitDemand[] Demands(RateLimit[] limits, long amount)
    {
        var demands = new RateLimitDemand[limits.Length];
        for (var i = 0; i < demands.Length; i++)
        {
            demands[i] = new RateLimitDemand(limits[i], amount);
        }

        return demands;
    }

    private static void Note(RateLimitState[] states, long taken)
    {
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = states[i] with { Remaining = Math.Clamp(states[i].Remaining - taken, 0, states[i].Limit.Most) };
        }
    }

    private static RateLimitState? Tightest(RateLimitState[] states)
    {
        RateLimitState? tightest = null;
        foreach (var state in states)
        {
            if (tightest is not { } known || state.Remaining < known.Remaining)
            {
                tightest = state;
            }
        }

        return tightest;
    }
}
