using System.Text.Json;
using Conductor.PluginLoading;
using Conductor.Plugins;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>All that `conductor plugins verify` found.</summary>
internal sealed record VerifyReport
{
    /// <summary>What the files say; null when they were refused.</summary>
    public PluginCandidate? Plugin { get; init; }

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Why the files were refused, in the host's words; none of their code has run.</summary>
    public string? Refusal { get; init; }

    public VerifyFindings? Findings { get; init; }

    /// <summary>How the plugin ended the process that it ran in; null when it did not.</summary>
    public string? End { get; init; }

    public bool IsConformant => Findings is { } findings && findings.Checks.All(check => check.Outcome is "passed" or "not_offered");

    public void Print(bool asJson)
    {
        if (asJson)
        {
            Terminal.Json(Write);
            return;
        }

        if (Plugin is { } plugin)
        {
            Terminal.Table(["Plugin", ""], Rows(plugin).Select(row => (IReadOnlyList<string>)[row.Name, row.Value]));
        }

        if (Findings is { } findings)
        {
            Terminal.Table(["Check", "Outcome", ""], CheckRows(findings));
            if (!IsConformant)
            {
                Terminal.Error($"{findings.Checks.Count(check => check.Outcome == "failed")} of {findings.Checks.Count} checks failed.");
            }
        }

        foreach (var sentence in new[] { Refusal, End }.OfType<string>())
        {
            Terminal.Error(sentence);
        }
    }

    // People are told once what a plugin does not offer; whoever reads a pipe gets a line for each check.
    private static IEnumerable<IReadOnlyList<string>> CheckRows(VerifyFindings findings) => findings.Checks
        .GroupBy(check => Terminal.IsInteractive && check.Outcome == "not_offered" ? check.Message! : check.Name)
        .Select(group => (IReadOnlyList<string>)[string.Join(", ", group.Select(check => check.Name)), group.First().Outcome.Replace('_', ' '), ResultText.Clean(group.First().Message ?? "")]);

    private IEnumerable<(string Name, string Value)> Rows(PluginCandidate plugin)
    {
        yield return ("id", plugin.Id);
        yield return ("kind", plugin.Kind.ToString().ToLowerInvariant());
        yield return ("version", plugin.Manifest.Version);
        yield return ("contract", $"{plugin.Manifest.ContractVersion} (this host: {ContractVersion.Current})");
        yield return ("hash", plugin.Hash);
        yield return ("files", string.Join(", ", plugin.FileNames));
        yield return ("compiled against", string.Join(", ", References.Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal))));
        if (Findings is { Capabilities: [_, ..] capabilities })
        {
            yield return ("offers", string.Join(", ", capabilities));
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("conformant", IsConformant);
        json.WriteString("refusal", Refusal);
        json.WriteString("ended", End);
        if (Plugin is { } plugin)
        {
            json.WriteString("id", plugin.Id);
            json.WriteString("kind", plugin.Kind.ToString().ToLowerInvariant());
            json.WriteString("version", plugin.Manifest.Version);
            json.WriteString("contract_version", plugin.Manifest.ContractVersion.ToString());
            json.WriteString("hash", plugin.Hash);
            WriteList(json, "files", plugin.FileNames);
            WriteList(json, "references", References);
        }

        WriteList(json, "capabilities", Findings?.Capabilities ?? []);
        json.WriteStartArray("checks");
        foreach (var check in Findings?.Checks ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name", check.Name);
            json.WriteString("outcome", check.Outcome);
            json.WriteString("message", check.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
