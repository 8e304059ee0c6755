namespace Conductor.PluginLoading;

/// <summary>One thing that lies in a plugin folder: a folder or a loose DLL.</summary>
/// <param name="Kind">Which of the two plugin folders.</param>
/// <param name="Name">Its name there, with the extension of a loose DLL.</param>
public readonly record struct PluginEntry(PluginKind Kind, string Name)
{
    /// <summary>The entry that a file belongs to.</summary>
    /// <param name="kind">The plugin folder.</param>
    /// <param name="file">A path below it, with `/`.</param>
    internal static PluginEntry Of(PluginKind kind, string file) => new(kind, file.Split('/', 2)[0]);
}
