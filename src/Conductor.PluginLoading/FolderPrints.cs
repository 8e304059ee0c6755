using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Conductor.PluginLoading;

/// <summary>What the plugin folders look like from outside: names, sizes and dates of the files that belong to plugins. No file is opened.</summary>
internal sealed class FolderPrints(PluginLoaderOptions options)
{
    private readonly Dictionary<PluginEntry, int> _stirs = [];
    private Dictionary<PluginEntry, string> _current = [];

    /// <summary>The folders, in the order in which they are read.</summary>
    public IReadOnlyList<(PluginKind Kind, string Folder)> Folders { get; } =
    [
        .. new (PluginKind Kind, string? Folder)[] { (PluginKind.Provider, options.ProviderFolder), (PluginKind.Operation, options.OperationFolder) }
            .Where(room => room.Folder is not null)
            .Select(room => (room.Kind, Path.GetFullPath(room.Folder!))),
    ];

    /// <summary>One text for each entry that is there; equal texts mean that nothing was written meanwhile.</summary>
    /// <param name="stirred">Full paths that were reported as written to: a file can be written without its size or date telling.</param>
    public IReadOnlyDictionary<PluginEntry, string> Take(IReadOnlySet<string> stirred)
    {
        var prints = new Dictionary<PluginEntry, string>();
        foreach (var (kind, folder) in Folders)
        {
            try
            {
                foreach (var plugin in PluginProbe.Probe(kind, folder))
                {
                    var entry = PluginEntry.Of(kind, plugin.File);
                    prints[entry] = Print(plugin, entry, stirred);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Away for a moment: nothing is known of it, so nothing has changed.
                foreach (var (entry, print) in _current.Where(pair => pair.Key.Kind == kind))
                {
                    prints[entry] = print;
                }
            }
        }

        return _current = prints;
    }

    private string Print(ProbedPlugin plugin, PluginEntry entry, IReadOnlySet<string> stirred)
    {
        if (plugin.Problem is { } problem)
        {
            return problem;
        }

        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var files = PluginFiles.Of(plugin);
            foreach (var name in files.Names)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\0{Stamp(files.PathOf(name))}\n")));
            }

            var root = Path.GetDirectoryName(plugin.Path) + Path.DirectorySeparatorChar;
            if (stirred.Count > 0
                && (files.Names.Any(name => stirred.Contains(files.PathOf(name))) || stirred.Any(path => root.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal))))
            {
                _stirs[entry] = _stirs.GetValueOrDefault(entry) + 1;
            }

            return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(hash.GetHashAndReset())}/{_stirs.GetValueOrDefault(entry)}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or PluginRejectedException)
        {
            return failure.Message;
        }
    }

    private static (long Length, long Written, long Created) Stamp(string path)
    {
        FileSystemInfo file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        }

        return (file is FileInfo { Exists: true } there ? there.Length : -1, file.LastWriteTimeUtc.Ticks, file.CreationTimeUtc.Ticks);
    }
}
