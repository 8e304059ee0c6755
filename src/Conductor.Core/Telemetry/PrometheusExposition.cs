using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;

namespace Conductor.Telemetry;

/// <summary>
/// Conductor's metrics in Prometheus' text format 0.0.4, with a few figures of the process. It listens from its construction on: make it at start, or
/// what happened before is not in it. Only the one meter it was given is listened to, whatever else runs in the process.
/// </summary>
public sealed class PrometheusExposition : IDisposable
{
    /// <summary>The media type of the text.</summary>
    public const string ContentType = PrometheusText.ContentType;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _rendering = new();

    /// <summary>Starts to listen.</summary>
    public PrometheusExposition(ConductorMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var meter = metrics.Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                var family = new MetricFamily(instrument);
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(family.Name, family));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All families, sorted by name.</summary>
    public string Render()
    {
        var text = new StringBuilder(16 * 1024);
        lock (_rendering)
        {
            foreach (var family in _families.Values)
            {
                family.BeginObservation();
            }

            _listener.RecordObservableInstruments();
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.Append(text);
            }
        }

        AppendProcess(text);
        return text.ToString();
    }

    /// <summary>The same, as UTF-8.</summary>
    public void Render(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Encoding.UTF8.GetBytes(Render(), output);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    // Names as Prometheus' own client libraries have them, so that existing dashboards fit.
    private static void AppendProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        One("process_cpu_seconds_total", "counter", "Processor time of the process.", process.TotalProcessorTime.TotalSeconds);
        One("process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM.", process.WorkingSet64);
        One("process_start_time_seconds", "gauge", "Start of the process, Unix time.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        One("dotnet_gc_heap_bytes", "gauge", "Memory that the collector has in use.", GC.GetTotalMemory(forceFullCollection: false));
        One("dotnet_gc_pause_seconds_total", "counter", "Time that collections stopped the process.", GC.GetTotalPauseDuration().TotalSeconds);
        One("dotnet_threadpool_threads", "gauge", "Threads of the pool.", ThreadPool.ThreadCount);
        One("dotnet_threadpool_queue_length", "gauge", "Work items that wait for a thread.", ThreadPool.PendingWorkItemCount);
        PrometheusText.AppendHeader(text, "dotnet_gc_collections_total", "counter", "Collections by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            PrometheusText.AppendSample(text, "dotnet_gc_collections_total", "", $"generation=\"{generation}\"", null, GC.CollectionCount(generation));
        }

        void One(string name, string type, string help, double value)
        {
            PrometheusText.AppendHeader(text, name, type, help);
            PrometheusText.AppendSample(text, name, "", "", null, value);
        }
    }
}
