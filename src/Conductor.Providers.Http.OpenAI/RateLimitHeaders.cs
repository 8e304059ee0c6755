using System.Net.Http.Headers;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>`x-ratelimit-remaining-…` and `x-ratelimit-reset-…`, for refusals without a `retry-after`.</summary>
public static class RateLimitHeaders
{
    /// <summary>The time until everything that is used up is there again; null where nothing is, or no time is stated.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var (requests, tokens) = (Reset(headers, "requests"), Reset(headers, "tokens"));
        return requests is null || tokens > requests ? tokens : requests;
    }

    private static TimeSpan? Reset(HttpResponseHeaders headers, string what) =>
        First(headers, $"x-ratelimit-remaining-{what}") is { } left && left.Trim() == "0" ? GoDuration.Parse(First(headers, $"x-ratelimit-reset-{what}")) : null;

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
