namespace Conductor.PluginLoading;

/// <summary>One thing that lies in a plugin folder.</summary>
/// <param name="Kind">The folder's kind.</param>
/// <param name="File">The DLL, as a path below the plugin folder, with `/`.</param>
/// <param name="Path">Full path of the DLL; empty when <paramref name="File"/> names something else.</param>
/// <param name="Shape">How its other files lie.</param>
internal sealed record ProbedPlugin(PluginKind Kind, string File, string Path, PluginShape Shape)
{
    /// <summary>Why there is nothing to read; null when there is.</summary>
    public string? Problem { get; init; }

    /// <summary>True for a source project without its DLL: no mistake, and no removal of a plugin that is loaded from it.</summary>
    public bool IsNotBuilt { get; init; }

    /// <summary>The file's name, for want of a manifest.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(File) is { Length: > 0 } name ? name : File;
}

internal enum PluginShape
{
    /// <summary>A folder with a project file: the plugin is all of its `bin/plugin`.</summary>
    SourceProject,

    /// <summary>A folder named after its DLL: the plugin is all of it.</summary>
    PublishedFolder,

    /// <summary>A DLL, and its `.deps.json` where there is one.</summary>
    LooseDll,
}
