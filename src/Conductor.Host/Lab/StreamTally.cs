using System.Collections.Concurrent;

namespace Conductor.Host.Lab;

/// <summary>What became of the streams. Thread-safe.</summary>
internal sealed class StreamTally
{
    private const int MostTold = 10;
    private readonly ConcurrentDictionary<string, int> _failures = new();
    private long _finished;
    private long _chunks;
    private long _dropped;
    private long _duplicated;
    private long _misordered;

    /// <summary>Streams that ended, well or not.</summary>
    public long Finished => Interlocked.Read(ref _finished);

    /// <summary>Chunks that arrived.</summary>
    public long Chunks => Interlocked.Read(ref _chunks);

    /// <summary>Chunks that are missing in streams, and streams that failed or did not end as they should.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Chunks that came a second time.</summary>
    public long Duplicated => Interlocked.Read(ref _duplicated);

    /// <summary>Chunks that came too early, or belong to another stream.</summary>
    public long Misordered => Interlocked.Read(ref _misordered);

    /// <summary>Why streams failed, the most frequent first.</summary>
    public IEnumerable<string> Failures => _failures.OrderByDescending(pair => pair.Value).Take(MostTold).Select(pair => $"{pair.Value} × {pair.Key}");

    /// <summary>Takes the text of one stream and how it ended.</summary>
    /// <param name="name">What its chunks are called.</param>
    /// <param name="text">Everything that it said.</param>
    /// <param name="expected">How many chunks it should have.</param>
    /// <param name="failure">What was wrong with it or its end; null when nothing was.</param>
    public void Add(string name, string text, int expected, string? failure)
    {
        var seen = new bool[expected];
        var next = 0;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Interlocked.Increment(ref _chunks);
            var parts = word.Split(':');
            if (parts.Length != 2 || parts[0] != name || !int.TryParse(parts[1], out var number) || number < 0 || number >= expected)
            {
                Interlocked.Increment(ref _misordered);
            }
            else if (seen[number])
            {
                Interlocked.Increment(ref _duplicated);
            }
            else
            {
                seen[number] = true;
                if (number < next)
                {
                    Interlocked.Increment(ref _misordered);
                }

                next = number + 1;
            }
        }

        var missing = seen.Count(isThere => !isThere);
        failure ??= missing > 0 ? "chunks are missing" : null;
        if (failure is not null)
        {
            Interlocked.Add(ref _dropped, Math.Max(1, missing));
            _failures.AddOrUpdate(failure, 1, (_, count) => count + 1);
        }

        Interlocked.Increment(ref _finished);
    }
}
