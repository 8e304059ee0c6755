namespace Conductor.PluginLoading;

/// <summary>A plugin on disk that may be loaded: its manifest is in order, none of its code has run.</summary>
public sealed record PluginCandidate
{
    internal PluginCandidate(PluginManifest manifest, string file, PluginFiles files, string hash)
    {
        Manifest = manifest;
        File = file;
        Files = files;
        Hash = hash;
    }

    public PluginManifest Manifest { get; }

    public PluginKind Kind => Manifest.Kind;

    public string Id => Manifest.Id;

    /// <summary>The DLL, as a path below the plugin folder.</summary>
    public string File { get; }

    /// <summary>SHA-256 over all files of the plugin, 64 hexadecimal digits.</summary>
    public string Hash { get; }

    internal PluginFiles Files { get; }
}
