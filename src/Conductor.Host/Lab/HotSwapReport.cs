using System.Globalization;
using System.Text.Json;

namespace Conductor.Host.Lab;

/// <summary>What a run of the hot swap lab came to.</summary>
internal sealed record HotSwapReport
{
    // The share that resident memory may have grown by; and what it may have grown by in any case: between equal runs it differs by up to 16 MiB, 800 versions left
    // 22 KiB each with the runtime, and a thread of the pool, once there, keeps 100 to 250 KiB (docs/plugins.md).
    private const double MostGrowth = 0.10;
    private const long GrowthOfNoAccount = 16 * 1024 * 1024;
    private const long GrowthOfAVersion = 32 * 1024;
    private const long GrowthOfAThread = 256 * 1024;

    public required int Streams { get; init; }

    /// <summary>New streams a second that were asked for; null = so many at once.</summary>
    public int? Rate { get; init; }

    public required int SwapsAsked { get; init; }

    /// <summary>Versions that took over, all plugins together.</summary>
    public required int Swaps { get; init; }

    public required IReadOnlyList<string> Plugins { get; init; }

    public required StreamTally Tally { get; init; }

    /// <summary>Requests that reached the upstream; one for each stream is right.</summary>
    public required long UpstreamRequests { get; init; }

    public required long StreamsStarted { get; init; }

    /// <summary>Versions of each plugin that are in memory at the end; 1 is right.</summary>
    public required IReadOnlyDictionary<string, int> ContextsAlive { get; init; }

    public required long ResidentBefore { get; init; }

    public required long ResidentAfter { get; init; }

    public required int ThreadsBefore { get; init; }

    public required int ThreadsAfter { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>What else went wrong, as sentences.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>The gateway's log; kept where there is a violation, deleted otherwise.</summary>
    public required string LogPath { get; init; }

    /// <summary>The last warnings and errors in it.</summary>
    public required IReadOnlyList<string> LogLines { get; init; }

    public double Growth => ((double)ResidentAfter / ResidentBefore) - 1;

    private long UnaccountedGrowth =>
        ResidentAfter - ResidentBefore - (Swaps * GrowthOfAVersion) - (Math.Max(0, ThreadsAfter - ThreadsBefore) * GrowthOfAThread);

    /// <summary>Everything that is not as it must be.</summary>
    public IEnumerable<string> AllViolations()
    {
        foreach (var failure in Tally.Failures)
        {
            yield return $"streams: {failure}";
        }

        if (Tally.Duplicated + Tally.Misordered > 0)
        {
            yield return "streams: chunks were repeated, or came in another order than they were sent";
        }

        if (UpstreamRequests != StreamsStarted)
        {
            yield return $"the upstream was asked {UpstreamRequests} times for {StreamsStarted} streams";
        }

        if (Swaps < SwapsAsked * Plugins.Count)
        {
            yield return $"only {Swaps} of {SwapsAsked * Plugins.Count} swaps were made";
        }

        foreach (var (plugin, alive) in ContextsAlive.Where(pair => pair.Value != 1))
        {
            yield return $"{alive} versions of {plugin} are in memory";
        }

        if (Growth > MostGrowth && UnaccountedGrowth > GrowthOfNoAccount)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"resident memory grew by {Growth:P0}, more than {MostGrowth:P0}");
        }

        foreach (var violation in Violations)
        {
            yield return violation;
        }
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        yield return ("plugins", string.Join(", ", Plugins));
        yield return Rate is { } rate ? ("streams a second", Text(rate)) : ("streams at once", Text(Streams));
        yield return ("streams in all", Text(Tally.Finished));
        yield return ("chunks", Text(Tally.Chunks));
        yield return ("swaps", Text(Swaps));
        yield return ("dropped", Text(Tally.Dropped));
        yield return ("duplicated", Text(Tally.Duplicated));
        yield return ("out of order", Text(Tally.Misordered));
        yield return ("contexts alive", string.Join(", ", ContextsAlive.Select(pair => ContextsAlive.Count == 1 ? Text(pair.Value) : $"{pair.Key} {pair.Value}")));
        yield return ("RSS before", Mebibytes(ResidentBefore));
        yield return ("RSS after", string.Create(CultureInfo.InvariantCulture, $"{Mebibytes(ResidentAfter)} ({Growth:+0.0%;-0.0%})"));
        yield return ("threads", $"{Text(ThreadsBefore)}, {Text(ThreadsAfter)}");
        yield return ("duration", string.Create(CultureInfo.InvariantCulture, $"{Duration.TotalSeconds:F1} s"));
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("plugins");
        Plugins.ToList().ForEach(json.WriteStringValue);
        json.WriteEndArray();
        if (Rate is { } rate)
        {
            json.WriteNumber("streams_a_second", rate);
        }
        else
        {
            json.WriteNumber("streams_at_once", Streams);
        }

        json.WriteNumber("streams", Tally.Finished);
        json.WriteNumber("chunks", Tally.Chunks);
        json.WriteNumber("upstream_requests", UpstreamRequests);
        json.WriteNumber("swaps", Swaps);
        json.WriteNumber("dropped", Tally.Dropped);
        json.WriteNumber("duplicated", Tally.Duplicated);
        json.WriteNumber("out_of_order", Tally.Misordered);
        json.WriteStartObject("contexts_alive");
        foreach (var (plugin, alive) in ContextsAlive)
        {
            json.WriteNumber(plugin, alive);
        }

        json.WriteEndObject();
        json.WriteNumber("rss_before_bytes", ResidentBefore);
        json.WriteNumber("rss_after_bytes", ResidentAfter);
        json.WriteNumber("threads_before", ThreadsBefore);
        json.WriteNumber("threads_after", ThreadsAfter);
        json.WriteNumber("duration_s", Math.Round(Duration.TotalSeconds, 1));
        json.WriteStartArray("violations");
        var violations = AllViolations().ToList();
        violations.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        if (violations.Count > 0)
        {
            json.WriteString("log", LogPath);
            json.WriteStartArray("log_lines");
            LogLines.ToList().ForEach(json.WriteStringValue);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):F1} MiB");
}
