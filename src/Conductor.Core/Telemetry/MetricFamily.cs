using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Conductor.Telemetry;

/// <summary>One instrument with all its series, as the text format groups them.</summary>
internal sealed class MetricFamily
{
    // Labels are bounded where they are made; this is the second fence, for an instrument that forgets to.
    private const int MaxSeries = 5_000;

    // The boundaries that OpenTelemetry takes where an instrument advises none.
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    private static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    private readonly ConcurrentDictionary<LabelSet, MetricSeries> _series = new(LabelSet.Comparer);
    private readonly ConcurrentDictionary<LabelSet, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _byTags;
    private readonly string _type;
    private readonly string _help;
    private readonly double[]? _bounds;
    private readonly bool _isTotal; // a measurement is the value itself, not a change of it
    private readonly bool _isObserved;
    private int _count;

    public MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        _isObserved = instrument.IsObservable;
        _isTotal = _isObserved || kind == typeof(Gauge<>);
        _type = kind == typeof(Histogram<>) ? "histogram" : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? "counter" : "gauge";
        _bounds = _type == "histogram" ? BoundsOf(instrument) : null;
        _byTags = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        _help = instrument.Description ?? instrument.Name;
        Name = NameOf(instrument, _type);
    }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!double.IsFinite(value))
        {
            return; // one NaN would make every later sum a NaN
        }

        if (!_byTags.TryGetValue(tags, out var series))
        {
            series = Find(tags);
        }

        if (_bounds is not null)
        {
            series.Observe(value);
        }
        else if (_isTotal)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Forgets what was observed last time: a series that is not observed any more must not stay for ever.</summary>
    public void BeginObservation()
    {
        if (_isObserved)
        {
            _series.Clear();
            _count = 0;
        }
    }

    public void Append(StringBuilder text)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        PrometheusText.AppendHeader(text, Name, _type, _help);
        foreach (var (labels, series) in _series.OrderBy(one => one.Key.Text, StringComparer.Ordinal))
        {
            if (_bounds is null)
            {
                PrometheusText.AppendSample(text, Name, "", labels.Text, null, series.Value);
                continue;
            }

            long count = 0;
            for (var i = 0; i <= _bounds.Length; i++)
            {
                count += series.Bucket(i);
                PrometheusText.AppendSample(text, Name, "_bucket", labels.Text, i < _bounds.Length ? _bounds[i] : double.PositiveInfinity, count);
            }

            PrometheusText.AppendSample(text, Name, "_sum", labels.Text, null, series.Value);
            PrometheusText.AppendSample(text, Name, "_count", labels.Text, null, count);
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Interlocked.Increment(ref _count) > MaxSeries)
        {
            tags = Overflow;
        }

        MetricSeries? series;
        while (!_byTags.TryGetValue(tags, out series))
        {
            _byTags.TryAdd(tags, new MetricSeries(_bounds));
        }

        return series;
    }

    // Prometheus' convention: the unit is part of the name, and a counter ends in `_total`. `{token}` is a note and no unit.
    private static string NameOf(Instrument instrument, string type)
    {
        var name = PrometheusText.Name(instrument.Name);
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "1" when type == "gauge" => "_ratio",
            _ => "",
        };
        name = name.EndsWith(unit, StringComparison.Ordinal) ? name : name + unit;
        return type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> one => one.Advice?.HistogramBucketBoundaries?.ToArray(),
            Histogram<float> one => one.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<long> one => one.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> one => one.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised ?? DefaultBounds;
    }
}
