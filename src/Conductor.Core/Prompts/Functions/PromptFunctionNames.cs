using Conductor.Prompts.Formats;

namespace Conductor.Prompts;

/// <summary>How plugins' functions are called in templates.</summary>
internal static class PromptFunctionNames
{
    /// <summary>A plugin's id as templates write it: `-` becomes `_`, and what begins with a digit gets a `_` before it.</summary>
    public static string PluginOf(string pluginId)
    {
        var name = pluginId.Replace('-', '_');
        return name.Length > 0 && char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    /// <summary>Whether the template languages know the word themselves.</summary>
    public static bool IsTaken(string name) => HandlebarsHelpers.Names.Contains(name);
}
