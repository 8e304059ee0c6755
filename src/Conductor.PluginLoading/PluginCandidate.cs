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

    /// <summary>All of its files, as paths below the plugin's own folder with `/`, in ordinal order.</summary>
    public IReadOnlyList<string> FileNames => Files.Names;

    /// <summary>The DLL among the <see cref="FileNames"/>.</summary>
    public string MainFile => Files.Main;

    /// <summary>What its DLL was compiled against, as `name version`, by name; read from the file again.</summary>
    public IReadOnlyList<string> ReadReferences() =>
        [.. ManifestReader.ReadReferences(Files.MainPath).Select(reference => $"{reference.Name} {reference.Version}").Order(StringComparer.Ordinal)];

    /// <summary>Copies all of its files into a folder that has none of them.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="PluginRejectedException">What was copied is not what was judged: a file has changed since.</exception>
    public void CopyTo(string folder)
    {
        if (Files.CopyTo(folder) != Hash)
        {
            throw new PluginRejectedException($"'{File}' changed while it was being copied; try again when it is written whole.");
        }
    }

    internal PluginFiles Files { get; }
}
