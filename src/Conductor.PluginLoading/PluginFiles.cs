using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Conductor.PluginLoading;

/// <summary>The files that make up one plugin.</summary>
/// <remarks>
/// Empty files are never opened: a named pipe, a socket and a device all have the length 0, and opening a pipe waits for a writer for ever.
/// </remarks>
internal sealed class PluginFiles
{
    // A plugin of ours has under 20 files; an SDK with native libraries and resources has a few hundred.
    private const int MaxFiles = 5_000;
    private const int MaxDepth = 12;
    private const int BufferSize = 128 * 1024;

    private static readonly string[] TemporaryEndings = [".tmp", ".part", ".partial", ".crdownload", ".swp", ".swx", ".bak", ".orig"];

    private readonly string _root;

    private PluginFiles(string root, string main, IReadOnlyList<string> names)
    {
        _root = root;
        Main = main;
        Names = names;
    }

    /// <summary>The plugin's DLL, below the root.</summary>
    public string Main { get; }

    /// <summary>Every file below the root, with `/`, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    public string MainPath => Path.Combine(_root, Main);

    /// <summary>Lists a plugin's files.</summary>
    /// <exception cref="PluginRejectedException">There are too many of them.</exception>
    public static PluginFiles Of(ProbedPlugin plugin)
    {
        var root = Path.GetDirectoryName(plugin.Path)!;
        var main = Path.GetFileName(plugin.Path);
        if (plugin.Shape == PluginShape.LooseDll)
        {
            var dependencies = Path.ChangeExtension(main, ".deps.json");
            return new PluginFiles(root, main, File.Exists(Path.Combine(root, dependencies)) ? [dependencies, main] : [main]);
        }

        var names = new List<string>();
        Collect(new DirectoryInfo(root), "", plugin.Shape == PluginShape.SourceProject ? "publish" : null, names);
        names.Sort(StringComparer.Ordinal);
        return new PluginFiles(root, main, names);
    }

    /// <summary>The same plugin in another folder.</summary>
    public PluginFiles At(string root) => new(root, Main, Names);

    /// <summary>Full path of one of the <see cref="Names"/>.</summary>
    public string PathOf(string name) => Path.Combine(_root, name);

    /// <summary>Whether a name is hidden, or one that editors, copies and downloads give to a file that is not finished.</summary>
    public static bool IsOfNoPlugin(string name) =>
        name is ['.', ..] or [.., '~'] or ['#', .., '#'] or "4913" // the last is what vim writes to see whether it may
        || TemporaryEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>Length of a file, 0 where there is none. Links are followed; the length of a link itself says nothing.</summary>
    public static long LengthOf(string path)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        return File.Exists(target) ? new FileInfo(target).Length : 0;
    }

    /// <summary>Reads a file that may be written to at the same time.</summary>
    public static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);

    /// <summary>SHA-256 over the names, lengths and contents of all files, in lower case hexadecimal digits.</summary>
    public string ComputeHash() => Read(copy: null);

    /// <summary>Copies all files into an empty folder.</summary>
    /// <returns>The hash of what was written, as by <see cref="ComputeHash"/>.</returns>
    public string CopyTo(string folder) => Read(At(folder));

    private string Read(PluginFiles? copy)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        Span<byte> length = stackalloc byte[sizeof(long)];
        foreach (var name in Names)
        {
            using var to = copy is null ? null : Create(copy.PathOf(name));
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData([0]);

            // The length comes after the content: a file that grows meanwhile is described as it was read.
            var total = 0L;
            if (LengthOf(PathOf(name)) > 0)
            {
                using var file = Open(PathOf(name));
                for (int read; (read = file.Read(buffer)) > 0; total += read)
                {
                    hash.AppendData(buffer, 0, read);
                    to?.Write(buffer, 0, read);
                }
            }

            BinaryPrimitives.WriteInt64LittleEndian(length, total);
            hash.AppendData(length);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static FileStream Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    }

    private static void Collect(DirectoryInfo folder, string prefix, string? leftOut, List<string> names)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (IsOfNoPlugin(entry.Name) || entry.Name == leftOut)
            {
                continue;
            }

            var name = prefix + entry.Name;
            if (entry is not DirectoryInfo inner)
            {
                names.Add(name);
            }
            else if (inner.LinkTarget is null) // a linked folder may lead back up
            {
                Collect(inner, name + "/", leftOut: null, names);
            }

            if (names.Count > MaxFiles || name.Count(character => character == '/') > MaxDepth)
            {
                throw new PluginRejectedException(
                    $"'{folder.FullName}' has more than {MaxFiles} files or is more than {MaxDepth} folders deep; " +
                    "leave only the plugin and its dependencies in its folder.");
            }
        }
    }
}
