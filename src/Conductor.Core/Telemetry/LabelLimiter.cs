using System.Collections.Concurrent;

namespace Conductor.Telemetry;

/// <summary>
/// Bounds the distinct values of one metric label: callers name models, and every new name would be a new time series for ever.
/// The first <c>capacity</c> values keep their name, later ones are <see cref="Other"/>.
/// </summary>
internal sealed class LabelLimiter(int capacity)
{
    public const string Other = "other";
    private const int MaxLength = 128;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private int _count;

    public string Limit(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "none";
        }

        if (_known.TryGetValue(value, out var label))
        {
            return label;
        }

        // Two threads may add one value at once and count it twice: the bound stays a bound.
        if (Volatile.Read(ref _count) >= capacity || Interlocked.Increment(ref _count) > capacity)
        {
            return Other;
        }

        return _known.GetOrAdd(value, LogText.Clean(value, MaxLength));
    }
}
