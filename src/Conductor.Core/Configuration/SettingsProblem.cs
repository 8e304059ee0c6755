using System.Globalization;

namespace Conductor.Configuration;

/// <summary>One mistake in the configuration.</summary>
/// <param name="File">The file's path, or `environment`, `command line`, `configuration`.</param>
/// <param name="Line">From 1; null where there is none to name.</param>
/// <param name="Path">Where in the document, as `providers.openai.keys[0]`; empty for the whole. For the environment the variable's name.</param>
/// <param name="Message">What is wrong and what to do; to be read after the path. Never holds a key.</param>
public sealed record SettingsProblem(string File, int? Line, string Path, string Message)
{
    /// <summary>`config/conductor.yaml:12: providers.openai.plugin: is required`.</summary>
    public override string ToString()
    {
        var where = Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{File}:{line}") : File;
        return Path.Length == 0 ? $"{where}: {Message}" : $"{where}: {Path}: {Message}";
    }
}
