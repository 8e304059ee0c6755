using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;

namespace Conductor.Fallback;

/// <summary>When the next target is worth a try, and what the caller hears when none was left.</summary>
internal static class FallbackRules
{
    /// <summary>The first attempt and the retries that the request asks for, never more than the settings allow.</summary>
    public static int MostAttempts(ModelCall call)
    {
        var most = call.Catalog!.Settings.Reliability.MaxAttempts;
        return call.Options.MaxRetries is { } retries ? 1 + Math.Clamp(retries, 0, most - 1) : most;
    }

    /// <summary>A request that is wrong is wrong everywhere; every other failure may be this target's own.</summary>
    public static bool MayMoveOn(ProviderErrorKind kind) => kind is not (
        ProviderErrorKind.InvalidRequest or ProviderErrorKind.ContentFilter or ProviderErrorKind.ContextLengthExceeded);

    /// <summary>Whether a target was not asked because none of its keys has anything left.</summary>
    public static bool IsPassedOver(ProviderException failure) => failure is { Kind: ProviderErrorKind.RateLimited, IsUnsent: true };

    /// <summary>One target: its own failure. Several: that all of them limit the rate, that none can do what was asked without a loss, or that all failed. The shortest wait that any of them named is told.</summary>
    public static ConductorException AllFailed(ModelCall call, IReadOnlyList<ProviderException> failures)
    {
        var provider = call.Hop!.Provider.Name;
        var last = failures[^1];
        var soonest = failures.Where(failure => failure.RetryAfter is not null).MinBy(failure => failure.RetryAfter);
        if (failures.Count == 1 || failures.All(failure => failure.Kind == ProviderErrorKind.RateLimited)
            || (call.Options.RefuseLosses && failures.All(failure => failure.Kind == ProviderErrorKind.Unsupported)))
        {
            return ConductorErrors.FromProvider(soonest ?? last, provider);
        }

        var seen = string.Join(", ", failures.Select(failure => failure.Kind).Distinct());
        return new ConductorException(502, "upstream_error", "all_targets_failed", $"{failures.Count} targets were tried and all failed ({seen}).", last)
        {
            Provider = provider,
            Category = ErrorCategories.Of(last.Kind),
            RetryAfter = soonest?.RetryAfter,
        };
    }
}
