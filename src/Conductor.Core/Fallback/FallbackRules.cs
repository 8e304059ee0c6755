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
        return call.Options.MaxRetries is { } retries ? Math.Min(most, 1 + retries) : most;
    }

    /// <summary>A request that is wrong is wrong everywhere; every other failure may be this target's own.</summary>
    public static bool MayMoveOn(ProviderErrorKind kind) => kind is not (
        ProviderErrorKind.InvalidRequest or ProviderErrorKind.ContentFilter or ProviderErrorKind.ContextLengthExceeded);

    /// <summary>One target: its own failure. Several: the kind that they share, or that all failed.</summary>
    public static ConductorException AllFailed(ModelCall call, ProviderException last, IReadOnlyList<ProviderErrorKind> failures)
    {
        var provider = call.Hop!.Provider.Name;
        if (failures.Count == 1 || failures.All(kind => kind == ProviderErrorKind.RateLimited))
        {
            return ConductorErrors.FromProvider(last, provider);
        }

        var seen = string.Join(", ", failures.Distinct().Select(kind => kind.ToString()));
        return new ConductorException(502, "upstream_error", "all_targets_failed", $"{failures.Count} targets were tried and all failed ({seen}).", last)
        {
            Provider = provider,
            RetryAfter = last.RetryAfter,
        };
    }
}
