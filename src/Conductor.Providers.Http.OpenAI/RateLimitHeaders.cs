using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>`x-ratelimit-remaining-…` and `x-ratelimit-reset-…`, for refusals without a `retry-after`.</summary>
public static class RateLimitHeaders
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>The time until everything that is used up is there again; null where nothing is, or no time is stated.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var (requests, tokens) = (Reset(headers, "requests"), Reset(headers, "tokens"));
        return requests is null || tokens > requests ? tokens : requests;
    }

    /// <summary>A duration as Go writes it: `6m0s`, `20ms`, `1h2m3.5s`; null for another text.</summary>
    public static TimeSpan? ParseDuration(string? text)
    {
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return null;
        }

        double seconds = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            rest = rest[digits..];
            var (factor, length) = rest switch
            {
                ['m', 's', ..] => (0.001, 2),
                ['u' or 'µ', 's', ..] => (0.000_001, 2),
                ['n', 's', ..] => (0.000_000_001, 2),
                ['h', ..] => (3600, 1),
                ['m', ..] => (60, 1),
                ['s', ..] => (1, 1),
                _ => (0.0, 0),
            };
            if (length == 0)
            {
                return null;
            }

            seconds += number * factor;
            rest = rest[length..];
        }

        return RetryAfter.Clamp(seconds);
    }

    private static TimeSpan? Reset(HttpResponseHeaders headers, string what) =>
        First(headers, $"x-ratelimit-remaining-{what}") is { } left && left.Trim() == "0" ? ParseDuration(First(headers, $"x-ratelimit-reset-{what}")) : null;

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
