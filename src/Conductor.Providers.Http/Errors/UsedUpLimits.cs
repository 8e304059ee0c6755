using System.Globalization;
using System.Net.Http.Headers;

namespace Conductor.Providers.Http;

/// <summary>`x-ratelimit-remaining-…` and `anthropic-ratelimit-…-remaining` of a success: whether anything is left for the next request.</summary>
public static class UsedUpLimits
{
    private static readonly (string Remaining, string Reset)[] Names =
    [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
        ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
        ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
    ];

    /// <summary>The time until everything that is used up is there again; null where nothing is, or no time is stated.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(time);
        TimeSpan? longest = null;
        foreach (var (remaining, reset) in Names)
        {
            if (headers.NonValidated.TryGetValues(remaining, out var left) && left.ToString().Trim() == "0"
                && headers.NonValidated.TryGetValues(reset, out var text) && Until(text.ToString(), time) is { } wait && !(wait <= longest))
            {
                longest = wait;
            }
        }

        return longest;
    }

    // A duration, or a time.
    private static TimeSpan? Until(string text, TimeProvider time) => GoDuration.Parse(text)
        ?? (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? RetryAfter.Clamp((date - time.GetUtcNow()).TotalSeconds) : null);
}
