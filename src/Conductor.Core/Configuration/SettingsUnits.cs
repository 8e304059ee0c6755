using System.Globalization;

namespace Conductor.Configuration;

/// <summary>Durations (`500ms`, `30s`, `2m`, `1h`, `7d`) and sizes (`64KiB`, `256MB`, `1GiB`).</summary>
public static class SettingsUnits
{
    private static readonly (string Unit, double Milliseconds)[] Times =
        [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly (string Unit, decimal Bytes)[] Sizes =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1),
    ];

    /// <summary>The time that a text says; null where it says none.</summary>
    public static TimeSpan? Duration(string text)
    {
        foreach (var (unit, milliseconds) in Times)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } count)
            {
                var total = (double)count * milliseconds;
                return total <= TimeSpan.MaxValue.TotalMilliseconds / 2 ? TimeSpan.FromMilliseconds(total) : TimeSpan.MaxValue;
            }
        }

        return null;
    }

    /// <summary>The bytes that a text says; null where it says none.</summary>
    public static long? Size(string text)
    {
        foreach (var (unit, bytes) in Sizes)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length].TrimEnd(' ')) is { } count)
            {
                return count < long.MaxValue / bytes ? (long)(count * bytes) : long.MaxValue;
            }
        }

        return null;
    }

    /// <summary>The shortest exact way to write a duration.</summary>
    public static string Show(TimeSpan time)
    {
        var (unit, milliseconds) = Times.LastOrDefault(row => time.TotalMilliseconds >= row.Milliseconds && time.TotalMilliseconds % row.Milliseconds == 0, Times[0]);
        return time == TimeSpan.Zero ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds / milliseconds}{unit}");
    }

    /// <summary>The shortest exact way to write a size.</summary>
    public static string Show(long size)
    {
        var (unit, bytes) = size >= 1L << 30 && size % (1L << 30) == 0 ? Sizes[2] : size >= 1L << 20 && size % (1L << 20) == 0 ? Sizes[1] : size >= 1L << 10 && size % (1L << 10) == 0 ? Sizes[0] : Sizes[^1];
        return string.Create(CultureInfo.InvariantCulture, $"{size / bytes:0}{unit}");
    }

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
