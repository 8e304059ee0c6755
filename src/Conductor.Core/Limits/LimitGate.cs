using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Routing;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Limits;

/// <summary>
/// Holds calls to the rates of their key, their tenant and of all calls. A request is taken when a call is let in; tokens once its plan says how many they may be, so that an
/// answer from the cache takes none.
/// </summary>
internal sealed partial class LimitGate(IRateLimitStore store, ConductorMetrics metrics, ILogger<LimitGate> logger)
{
    private readonly Action<Exception> _notGivenBack = failure => NotGivenBack(logger, failure);
    private volatile LimitRules? _rules;

    /// <summary>The limits of these settings; the same object as long as the settings are.</summary>
    public LimitRules RulesOf(ConductorSettings settings)
    {
        var rules = _rules;
        if (rules is null || !ReferenceEquals(rules.Source, settings))
        {
            _rules = rules = new LimitRules(settings);
        }

        return rules;
    }

    /// <summary>Counts a call as one request.</summary>
    /// <exception cref="ConductorException">429 `rate_limit_exceeded`: a limit of requests is reached.</exception>
    public ValueTask EnterAsync(ModelCall call, CallerLimits limits, CancellationToken cancellationToken) =>
        limits.HasNoRates ? default : TakeRequestAsync(call, limits, cancellationToken);

    /// <summary>Sets the tokens aside that a call's plan may use at most.</summary>
    /// <exception cref="ConductorException">429 `rate_limit_exceeded`: a limit of tokens is reached.</exception>
    public ValueTask ReserveAsync(ModelCall call, CancellationToken cancellationToken) =>
        call.Limits is { HasTokenLimit: true } limits && call is (ChatCall or EmbeddingCall) ? ReserveAsync(call, limits, cancellationToken) : default;

    /// <summary>Sets aside one more question of an operation, beside what those before it used.</summary>
    /// <exception cref="ConductorException">429 `rate_limit_exceeded`: a limit of tokens is reached.</exception>
    public async ValueTask ReserveAsync(ModelCall call, long question, long used, CancellationToken cancellationToken)
    {
        if (call.Limits is not { HasTokenLimit: true } limits)
        {
            return;
        }

        var verdict = await limits.ReserveAsync(question, used, cancellationToken).ConfigureAwait(false);
        if (!verdict.IsTaken)
        {
            throw Refuse(limits, verdict, question, isFirst: used == 0);
        }
    }

    private async ValueTask TakeRequestAsync(ModelCall call, CallerLimits ofCaller, CancellationToken cancellationToken)
    {
        var limits = new CallLimits(ofCaller.Requests, ofCaller.Tokens, store, _notGivenBack);
        call.Limits = limits;
        RateLimitVerdict verdict;
        try
        {
            verdict = await limits.TakeRequestAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException unread)
        {
            Unread(logger, unread.Message);
            throw ConductorErrors.StorageFull();
        }

        if (!verdict.IsTaken)
        {
            throw Refuse(limits, await WaitOfAllAsync(call, limits, verdict, cancellationToken).ConfigureAwait(false), 1, isFirst: false);
        }

        call.OnCompleted(() =>
        {
            limits.Close();
            return ValueTask.CompletedTask;
        });
    }

    // Who comes back when a request is free must not be sent away for tokens then.
    private static async ValueTask<RateLimitVerdict> WaitOfAllAsync(ModelCall call, CallLimits limits, RateLimitVerdict verdict, CancellationToken cancellationToken)
    {
        if (!limits.HasTokenLimit || call is not (ChatCall or EmbeddingCall))
        {
            return verdict;
        }

        var settings = call.Catalog!.Settings;
        var all = await limits.LookAsync(CallSize.Foreseen(call, settings.Limits.DefaultMaxOutputTokens), cancellationToken).ConfigureAwait(false);
        return all.Tightest is { } tightest && tightest.Wait == RateLimitState.Never ? verdict : all;
    }

    private async ValueTask ReserveAsync(ModelCall call, CallLimits limits, CancellationToken cancellationToken)
    {
        if (call.Plan.Hops.Count == 0)
        {
            return;
        }

        var most = Most(call, isCounted: false);
        var verdict = await limits.ReserveAsync(most, used: 0, cancellationToken).ConfigureAwait(false);
        if (!verdict.IsTaken && Most(call, isCounted: true) is var counted && counted < most)
        {
            verdict = await limits.ReserveAsync(most = counted, used: 0, cancellationToken).ConfigureAwait(false);
        }

        if (!verdict.IsTaken)
        {
            throw Refuse(limits, verdict, most, isFirst: true);
        }
    }

    private static long Most(ModelCall call, bool isCounted)
    {
        long most = 0;
        foreach (RouteHop hop in call.Plan.Hops)
        {
            var (input, output) = CallSize.Worst(call, hop, isCounted);
            most = Math.Max(most, input + output);
        }

        return most;
    }

    private ConductorException Refuse(CallLimits limits, RateLimitVerdict verdict, long asked, bool isFirst)
    {
        if (isFirst)
        {
            limits.GiveRequestBack();
        }

        var tightest = verdict.Tightest!.Value;
        metrics.RateLimitRefusal(tightest.Limit);
        return ConductorErrors.RateLimited(tightest, asked);
    }

    [LoggerMessage(EventIds.LimitNotGivenBack, LogLevel.Warning, "What a call had not used of its limits could not be given back; it runs out by itself")]
    private static partial void NotGivenBack(ILogger logger, Exception failure);

    [LoggerMessage(EventIds.LimitsUnread, LogLevel.Error, "What the day has used cannot be read from the ledger, so no call under a daily limit is made: {Reason}")]
    private static partial void Unread(ILogger logger, string reason);
}
