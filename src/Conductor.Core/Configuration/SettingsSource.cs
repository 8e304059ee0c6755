using System.Collections;
using System.Collections.ObjectModel;

namespace Conductor.Configuration;

/// <summary>Where settings come from.</summary>
public sealed record SettingsSource
{
    /// <summary>`conductor.yaml`; null = <c>CONDUCTOR_CONFIG</c>, else searched for: see <see cref="SettingsLoader"/>.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The environment's variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the host was started for; absolute.</summary>
    public string ContentRoot { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>Where the executable is; absolute.</summary>
    public string BaseDirectory { get; init; } = AppContext.BaseDirectory;

    /// <summary>Wins over `server.listen`.</summary>
    public string? Listen { get; init; }

    /// <summary>Wins over `storage.path`.</summary>
    public string? Data { get; init; }

    /// <summary>Wins over `plugins.path`.</summary>
    public string? Plugins { get; init; }

    /// <summary>Wins over `plugins.operations`.</summary>
    public string? Operations { get; init; }

    /// <summary>Texts to read instead of files, by the files' absolute paths: what a file would mean before it is written.</summary>
    internal IReadOnlyDictionary<string, string> Drafts { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>A source of this process: its environment, its working directory, its executable's folder.</summary>
    public static SettingsSource FromProcess(string? configPath = null, string? contentRoot = null)
    {
        var comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var environment = new Dictionary<string, string>(comparer);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return new SettingsSource
        {
            ConfigPath = configPath,
            Environment = environment,
            ContentRoot = contentRoot ?? Directory.GetCurrentDirectory(),
        };
    }
}
