using System.Text.RegularExpressions;
using Conductor.Configuration;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>Adds a pin to `conductor.yaml` as a person would: one line more, and every other byte as it was.</summary>
/// <remarks>It knows the shapes that people write; of another one, and of a result that does not read back as meant, it leaves the file alone.</remarks>
internal static partial class PinWriter
{
    /// <returns>Null when it is written; else why not, as the end of a sentence, with its full stop.</returns>
    public static string? Add(LaunchSettings settings, string id, string hash)
    {
        if (settings.Load.Files is not [var path, ..] || !File.Exists(path))
        {
            return "there is no conductor.yaml.";
        }

        var allowed = settings.Current.Plugins.Allowed;
        if (allowed.TryGetValue(id, out var hashes))
        {
            return hashes.Contains(hash, StringComparer.OrdinalIgnoreCase) ? null : $"'{path}' allows other contents of '{id}', and whether those stay is for you to say.";
        }

        try
        {
            var text = File.ReadAllText(path);
            if (Insert(text, $"{id}: [ \"{hash}\" ]") is not { } changed)
            {
                return $"'{path}' is not in a shape that can be added to without touching the rest.";
            }

            // Beside the file, because other files are found from there; read back before the real one is touched.
            var trial = Path.Combine(Path.GetDirectoryName(path)!, $".conductor-{Guid.NewGuid():N}.yaml");
            try
            {
                File.WriteAllText(trial, changed);
                var read = SettingsLoader.Load(settings.Source with { ConfigPath = trial }).Settings;
                if (read is null || read.Plugins.Allowed.Count != allowed.Count + 1 || !read.Plugins.Allowed.TryGetValue(id, out var written) || !written.SequenceEqual([hash]))
                {
                    return $"'{path}' would not read as it should afterwards.";
                }
            }
            finally
            {
                File.Delete(trial);
            }

            File.WriteAllText(path, changed);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"'{path}' cannot be written ({failure.Message}).";
        }
    }

    /// <summary>The text with the pin in it; null where it has no place that is sure.</summary>
    internal static string? Insert(string text, string pin)
    {
        var end = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var sections = lines.Select((line, index) => (Line: line, Index: index)).Where(line => PluginsKey().IsMatch(line.Line)).ToList();
        switch (sections)
        {
            case []:
                while (lines is [.., ""])
                {
                    lines.RemoveAt(lines.Count - 1);
                }

                lines.AddRange(["", "plugins:", "  allowed:", $"    {pin}", ""]);
                return string.Join(end, lines);
            case [var section] when OpenKey().IsMatch(section.Line):
                return InsertInto(lines, section.Index, pin) ? string.Join(end, lines) : null;
            default:
                return null; // written in braces, or twice
        }
    }

    private static bool InsertInto(List<string> lines, int section, string pin)
    {
        var inside = lines.Skip(section + 1).TakeWhile(line => line.Length == 0 || line[0] is ' ' or '#').Count();
        var children = Enumerable.Range(section + 1, inside).Where(index => lines[index].TrimStart() is [not '#', ..]).ToList();
        if (children is [])
        {
            return false; // plugins: with nothing in it
        }

        var indent = IndentOf(lines[children[0]]);
        var allowed = children.FindIndex(index => IndentOf(lines[index]) == indent && lines[index].TrimStart().StartsWith("allowed:", StringComparison.Ordinal));
        if (allowed < 0)
        {
            lines.InsertRange(section + 1, [$"{new string(' ', indent)}allowed:", $"{new string(' ', indent * 2)}{pin}"]);
            return true;
        }

        if (!OpenKey().IsMatch(lines[children[allowed]].TrimStart()))
        {
            return false;
        }

        var depth = allowed + 1 < children.Count && IndentOf(lines[children[allowed + 1]]) is var next && next > indent ? next : indent * 2;
        lines.Insert(children[allowed] + 1, new string(' ', depth) + pin);
        return true;
    }

    private static int IndentOf(string line) => line.Length - line.TrimStart(' ').Length;

    [GeneratedRegex(@"\Aplugins\s*:")]
    private static partial Regex PluginsKey();

    [GeneratedRegex(@"\A[a-z]+\s*:\s*(?:#.*)?\z")]
    private static partial Regex OpenKey();
}
