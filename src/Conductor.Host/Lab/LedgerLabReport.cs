using System.Globalization;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Host.Lab;

/// <summary>What a run of the ledger lab came to.</summary>
internal sealed record LedgerLabReport
{
    // What was sent and not yet received when the caller left cannot be counted by anybody.
    private const double LeastOfLeft = 0.90;
    private const double SlowestRestart = 3;

    public required LedgerLabOptions Options { get; init; }

    public required LedgerComparison Comparison { get; init; }

    public required int Kills { get; init; }

    /// <summary>How often the whole ledger was verified.</summary>
    public required int Checks { get; init; }

    /// <summary>From a start to the first readiness, and what the gateway used of a processor for it.</summary>
    public required IReadOnlyList<(TimeSpan Wall, TimeSpan Processor)> Restarts { get; init; }

    public required IReadOnlyDictionary<Seen, int> Seen { get; init; }

    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>The lab's folder; kept where there is a violation.</summary>
    public required string Folder { get; init; }

    /// <summary>The last warnings and errors of the gateway.</summary>
    public required IReadOnlyList<string> LogLines { get; init; }

    public double ShareOfLeft => Comparison.Left.Sent == 0 ? 1 : (double)Comparison.Left.Counted / Comparison.Left.Sent;

    public IEnumerable<string> AllViolations()
    {
        foreach (var violation in Violations)
        {
            yield return violation;
        }

        if (Comparison.ViolationCount > Comparison.Violations.Count)
        {
            yield return $"and {Comparison.ViolationCount - Comparison.Violations.Count} differences more";
        }

        if (ShareOfLeft < LeastOfLeft)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"of streams that were left, {ShareOfLeft:P1} of what the upstream sent is booked, less than {LeastOfLeft:P0}");
        }

        if (Options.JudgesTime && Wall(0.95) >= SlowestRestart)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"a restart took {Wall(0.95):F2} s (p95), {SlowestRestart} s or more");
        }
    }

    public IEnumerable<(string Name, string Value)> Rows()
    {
        var all = Comparison;
        yield return ("durability", Options.Durability);
        yield return ("requests", Text(Options.Requests));
        yield return ("reached the upstream", Text(all.Billed));
        yield return ("callers with a whole answer", Text(Seen.GetValueOrDefault(Lab.Seen.Whole)));
        yield return ("callers who left", Text(Seen.GetValueOrDefault(Lab.Seen.Left)));
        yield return ("kills", Text(Kills));
        yield return ("settled rows", Text(all.Settled.Rows));
        yield return ("difference to the bill", string.Create(CultureInfo.InvariantCulture, $"{all.Settled.Tokens} tokens, {all.Settled.Cost} USD"));
        yield return ("interrupted rows", string.Create(CultureInfo.InvariantCulture, $"{all.Rows.GetValueOrDefault(CostStatus.Interrupted)}, booked {all.Interrupted.Booked} USD, billed {all.Interrupted.Billed}"));
        yield return ("streams left", string.Create(CultureInfo.InvariantCulture, $"{all.Left.Rows}, booked {ShareOfLeft:P1} of the tokens billed"));
        yield return ("other estimates", string.Create(CultureInfo.InvariantCulture, $"{all.Estimated.Rows}, booked {all.Estimated.Booked} USD, billed {all.Estimated.Billed}"));
        yield return ("released rows", Text(all.Rows.GetValueOrDefault(CostStatus.Released)));
        yield return ("rows that never reached the upstream", Text(all.Unreached));
        yield return ("ledger verify, integrity_check", string.Create(CultureInfo.InvariantCulture, $"{Checks} times each"));
        yield return ("restart p50, p95", string.Create(CultureInfo.InvariantCulture, $"{Wall(0.5):F2} s, {Wall(0.95):F2} s"));
        yield return ("its processor time p50, p95", string.Create(CultureInfo.InvariantCulture, $"{Processor(0.5):F2} s, {Processor(0.95):F2} s"));
        yield return ("violations", Text(AllViolations().Count()));
        yield return ("duration", string.Create(CultureInfo.InvariantCulture, $"{Duration.TotalSeconds:F1} s"));
    }

    public void Write(Utf8JsonWriter json)
    {
        var all = Comparison;
        json.WriteStartObject();
        json.WriteString("durability", Options.Durability);
        json.WriteNumber("requests", Options.Requests);
        json.WriteNumber("reached_upstream", all.Billed);
        json.WriteNumber("whole_answers", Seen.GetValueOrDefault(Lab.Seen.Whole));
        json.WriteNumber("callers_left", Seen.GetValueOrDefault(Lab.Seen.Left));
        json.WriteNumber("kills", Kills);
        json.WriteStartObject("settled");
        json.WriteNumber("rows", all.Settled.Rows);
        json.WriteNumber("difference_tokens", all.Settled.Tokens);
        json.WriteString("difference_usd", all.Settled.Cost.ToString());
        json.WriteEndObject();
        Write(json, "interrupted", all.Interrupted);
        json.WriteStartObject("streams_left");
        json.WriteNumber("rows", all.Left.Rows);
        json.WriteNumber("share_booked", Math.Round(ShareOfLeft, 4));
        json.WriteEndObject();
        Write(json, "other_estimates", all.Estimated);
        json.WriteNumber("released", all.Rows.GetValueOrDefault(CostStatus.Released));
        json.WriteNumber("unreached", all.Unreached);
        json.WriteNumber("verifications", Checks);
        json.WriteNumber("restart_p50_s", Math.Round(Wall(0.5), 3));
        json.WriteNumber("restart_p95_s", Math.Round(Wall(0.95), 3));
        json.WriteNumber("restart_processor_p50_s", Math.Round(Processor(0.5), 3));
        json.WriteNumber("restart_processor_p95_s", Math.Round(Processor(0.95), 3));
        json.WriteNumber("duration_s", Math.Round(Duration.TotalSeconds, 1));
        json.WriteStartArray("violations");
        AllViolations().ToList().ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, (int Rows, NanoUsd Booked, NanoUsd Billed) sums)
    {
        json.WriteStartObject(name);
        json.WriteNumber("rows", sums.Rows);
        json.WriteString("booked_usd", sums.Booked.ToString());
        json.WriteString("billed_usd", sums.Billed.ToString());
        json.WriteEndObject();
    }

    private double Wall(double share) => Percentile(share, Restarts.Select(restart => restart.Wall.TotalSeconds));

    private double Processor(double share) => Percentile(share, Restarts.Select(restart => restart.Processor.TotalSeconds));

    private static double Percentile(double share, IEnumerable<double> seconds)
    {
        var sorted = seconds.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
