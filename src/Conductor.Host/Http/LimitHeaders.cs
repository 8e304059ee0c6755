using System.Globalization;
using System.Text;
using Conductor.Calls;
using Conductor.Limits;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>How the limits stand that a call is under, on every answer to it: whole, streamed or an error. Where several hold, the one that has least left.</summary>
internal static class LimitHeaders
{
    private const string Anthropic = "anthropic";

    /// <summary>Writes what is known; nothing for a request that is no call, or one without limits.</summary>
    public static void Write(HttpContext http)
    {
        if (http.Features.Get<ModelCall>() is { } call && (call.RequestLimit ?? call.TokenLimit) is not null)
        {
            Write(http, call.Context.Surface, call.RequestLimit, call.TokenLimit);
        }
    }

    /// <summary>Writes these.</summary>
    public static void Write(HttpContext http, string surface, RateLimitState? requests, RateLimitState? tokens)
    {
        Write(http, surface, "requests", requests);
        Write(http, surface, "tokens", tokens);
    }

    private static void Write(HttpContext http, string surface, string unit, RateLimitState? state)
    {
        if (state is not { } known)
        {
            return;
        }

        var headers = http.Response.Headers;
        var limit = known.Limit.Most.ToString(CultureInfo.InvariantCulture);
        var remaining = known.Remaining.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-limit-{unit}"] = limit;
        headers[$"x-ratelimit-remaining-{unit}"] = remaining;
        headers[$"x-ratelimit-reset-{unit}"] = Duration(known.Reset);
        if (surface == Anthropic)
        {
            var resets = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + known.Reset;
            headers[$"anthropic-ratelimit-{unit}-limit"] = limit;
            headers[$"anthropic-ratelimit-{unit}-remaining"] = remaining;
            headers[$"anthropic-ratelimit-{unit}-reset"] = resets.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>As OpenAI writes them: `20ms`, `1s`, `2.75s`, `6m0s`, `23h59m59s`. Rounded up to a millisecond.</summary>
    internal static string Duration(TimeSpan time)
    {
        var milliseconds = (long)Math.Ceiling(time.TotalMilliseconds);
        if (milliseconds is > 0 and < 1_000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }

        var text = new StringBuilder(16);
        var (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60);
        if (hours > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}m");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{milliseconds % 60_000 / 1000m:0.###}s").ToString();
    }
}
