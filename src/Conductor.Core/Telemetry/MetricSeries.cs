namespace Conductor.Telemetry;

/// <summary>One time series: an instrument with one set of labels. Written from many threads, read while written.</summary>
internal sealed class MetricSeries(double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;

    /// <summary>The counter's or gauge's value; a histogram's sum.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>How many values fell into a bucket of a histogram; the one after the last bound has none.</summary>
    public long Bucket(int index) => Interlocked.Read(ref _buckets![index]);

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var was = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (was.Equals(seen))
            {
                return;
            }

            seen = was;
        }
    }

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Observe(double value)
    {
        var bucket = 0;
        while (bucket < bounds!.Length && value > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets![bucket]);
        Add(value);
    }
}
