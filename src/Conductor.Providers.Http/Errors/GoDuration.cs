using System.Buffers;
using System.Globalization;

namespace Conductor.Providers.Http;

/// <summary>Durations in headers of rates.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>A duration as Go writes it: `6m0s`, `20ms`, `1h2m3.5s`; null for another text.</summary>
    public static TimeSpan? Parse(string? text)
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
}
