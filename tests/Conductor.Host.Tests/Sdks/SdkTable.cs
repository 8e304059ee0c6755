using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Conductor.Host.Tests.Sdks;

/// <summary>The table of every SDK, upstream and feature, as Markdown. Upstreams with equal rows share one.</summary>
internal static partial class SdkTable
{
    private const string Begin = "<!-- begin: written by SdkMatrixTests -->\n";
    private const string End = "<!-- end: written by SdkMatrixTests -->\n";

    /// <summary>The table, the losses that it refers to, and the day and what was measured on it.</summary>
    public static string Report(IReadOnlyList<SdkCell> cells, IReadOnlyList<string> upstreams)
    {
        var losses = cells.Where(cell => cell.Outcome == SdkOutcome.Loss).Select(Losses).Distinct().Order(StringComparer.Ordinal).ToList();
        var features = SdkFeatures.Titles.Keys.ToList();
        var table = new StringBuilder(Measured(cells)).Append("\n\n");
        table.Append(CultureInfo.InvariantCulture, $"| SDK | in front of | {string.Join(" | ", features.Select(feature => SdkFeatures.Titles[feature]))} |\n");
        table.Append("|---|---" + string.Concat(features.Select(_ => "|:-:")) + "|\n");
        foreach (var sdk in cells.GroupBy(cell => cell.Sdk))
        {
            var rows = upstreams
                .Select(upstream => (upstream, Row: string.Join(" | ", features.Select(feature => Mark(sdk.SingleOrDefault(cell => (cell.Upstream, cell.Feature) == (upstream, feature)), losses)))))
                .GroupBy(row => row.Row, row => row.upstream);
            foreach (var row in rows)
            {
                table.Append(CultureInfo.InvariantCulture, $"| {sdk.Key} | {string.Join(", ", row)} | {row.Key} |\n");
            }
        }

        table.Append('\n');
        for (var i = 0; i < losses.Count; i++)
        {
            table.Append(CultureInfo.InvariantCulture, $"{i + 1}. `{losses[i]}`\n");
        }

        return table.ToString();
    }

    /// <summary>Without what is another on every day and machine.</summary>
    public static string WithoutMeasurements(string report) => Measurement().Replace(report, "");

    /// <summary>What docs/providers.md says.</summary>
    public static string Documented() => Between(File.ReadAllText(Path.Combine(Repository(), "docs", "providers.md")))
        ?? throw new InvalidOperationException("docs/providers.md has no place for the table.");

    /// <summary>Writes it to the file that `CONDUCTOR_SDK_TABLE` names, if it does; a relative one is in the repository.</summary>
    public static void Save(string report)
    {
        if (Environment.GetEnvironmentVariable("CONDUCTOR_SDK_TABLE") is { Length: > 0 } named)
        {
            var path = Path.Combine(Repository(), named);
            var text = File.Exists(path) ? File.ReadAllText(path) : "";
            File.WriteAllText(path, Between(text) is { } old ? text.Replace(Begin + old + End, Begin + report + End, StringComparison.Ordinal) : report);
        }
    }

    private static string Measured(IReadOnlyList<SdkCell> cells)
    {
        var times = cells.Where(cell => cell.SeenAfterMs is not null).OrderBy(cell => cell.SeenAfterMs).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"On {DateTime.UtcNow:yyyy-MM-dd}: a client that leaves a stream was seen by the upstream after {times[times.Count / 2].SeenAfterMs:0.0} ms (median of {times.Count}), at the latest after {times[^1].SeenAfterMs:0.0} ms ({times[^1].Sdk} in front of {times[^1].Upstream}).");
    }

    private static string Mark(SdkCell? cell, List<string> losses) => cell?.Outcome switch
    {
        null => "",
        SdkOutcome.Pass => "pass",
        SdkOutcome.Loss => "loss " + (losses.IndexOf(Losses(cell)) + 1).ToString(CultureInfo.InvariantCulture),
        SdkOutcome.Refused => "refused",
        SdkOutcome.Absent => "–",
        _ => "**FAIL**",
    };

    private static string Losses(SdkCell cell) => string.Join("`, `", cell.Losses.Order(StringComparer.Ordinal));

    private static string? Between(string text)
    {
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        return begin < 0 || end < begin ? null : text[(begin + Begin.Length)..end];
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }

    [GeneratedRegex("^On [0-9-]+: .*\n", RegexOptions.Multiline)]
    private static partial Regex Measurement();
}
