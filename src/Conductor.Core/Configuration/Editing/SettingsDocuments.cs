using System.Collections.ObjectModel;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Conductor.Configuration.Editing;

/// <summary>The three documents as they are written: with their references to the environment, without defaults, whether they are right or wrong.</summary>
/// <param name="source">Where the configuration is.</param>
public sealed class SettingsDocuments(SettingsSource source)
{
    /// <summary>A document's path, which need not exist; null where there is no conductor.yaml beside which it would stand.</summary>
    public string? PathOf(SettingsFile file)
    {
        var conductor = SettingsPaths.Find(source, new ProblemList()).Conductor;
        return conductor is null || file == SettingsFile.Conductor ? conductor : SettingsPaths.Beside(conductor, file == SettingsFile.Models ? "models.yaml" : "tenants.yaml");
    }

    /// <summary>A document's text; empty where there is no file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string Text(SettingsFile file) => PathOf(file) is { } path && File.Exists(path) ? File.ReadAllText(path, Encoding.UTF8) : "";

    /// <summary>A document's text as JSON; an empty object where it holds nothing, or cannot be read as YAML.</summary>
    public static JsonElement Parse(SettingsFile file, string text)
    {
        var problems = new ProblemList();
        var name = file.ToString().ToLowerInvariant();
        var document = new SettingsDocument(name, YamlReader.Read(text, name, problems) ?? SettingsNode.Object(), SettingsSchemas.Of(name), problems);
        document.Check();
        return document.Json;
    }

    /// <summary>SHA-256 of a text, 64 hexadecimal digits: another one exactly where the document is another.</summary>
    public static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>What the configuration would mean with other texts in place of its documents.</summary>
    /// <param name="texts">The texts; the other documents are read as they are.</param>
    public SettingsLoad Load(IReadOnlyDictionary<SettingsFile, string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var drafts = texts.Where(text => PathOf(text.Key) is not null).ToDictionary(text => PathOf(text.Key)!, text => text.Value);
        return SettingsLoader.Load(source with { Drafts = new ReadOnlyDictionary<string, string>(drafts) });
    }
}
