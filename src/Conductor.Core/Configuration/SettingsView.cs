using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Settings for people to look at: every value that is in force by its path, secrets as `***`.</summary>
public static class SettingsView
{
    /// <summary>Paths such as `providers.openai.plugin` and what stands there, in order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(ConductorSettings settings) =>
        [.. SettingsLeaves.Of(settings).Where(leaf => leaf.Shown.Length > 0 && leaf.Path[^1] != "fingerprint")
            .Select(leaf => KeyValuePair.Create(string.Join('.', leaf.Path), leaf.Shown)).OrderBy(pair => pair.Key, StringComparer.Ordinal)];
}
