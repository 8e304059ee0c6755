using System.Reflection;

namespace Conductor.Providers.Local.Entities;

/// <summary>Reads the lists in `Gazetteers/`.</summary>
internal static class GazetteerFile
{
    /// <summary>The lines of an embedded file, without remarks (`# `) and empty ones.</summary>
    public static IEnumerable<string> Lines(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The embedded list '{file}' is missing from the plugin's assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
            {
                yield return line;
            }
        }
    }
}
