using System.Globalization;
using System.Net.Http.Headers;

namespace Conductor.Providers.Http;

/// <summary>How long an upstream asks to wait.</summary>
public static class RetryAfter
{
    /// <summary>No upstream is believed beyond a day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>`retry-after-ms` before `retry-after` (seconds or a date); null where neither says anything, or nothing sensible.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (First(headers, "retry-after-ms") is { } milliseconds && Number(milliseconds) is { } ms)
        {
            return Clamp(ms / 1000);
        }

        if (First(headers, "retry-after") is not { } text)
        {
            return null;
        }

        if (Number(text) is { } seconds)
        {
            return Clamp(seconds);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? Clamp((date - now).TotalSeconds) : null;
    }

    /// <summary>A number of seconds, held to zero and a day.</summary>
    public static TimeSpan Clamp(double seconds) => seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(Math.Max(0, seconds));

    // A digit first: .NET also reads "Infinity" and "NaN" as numbers. Too many digits are infinity, and clamped.
    private static double? Number(string text) =>
        text.AsSpan().TrimStart() is [>= '0' and <= '9' or '.', ..]
        && double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
