using System.IO.Compression;
using Conductor.PluginLoading;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>A plugin somewhere on disk, read and judged as the host would, none of its code loaded. An archive is unpacked into a folder that goes with this.</summary>
internal sealed class PluginSource : IDisposable
{
        private readonly PluginLoader _loader;

    private PluginSource() => _loader = new PluginLoader(
        new PluginLoaderOptions { ShadowFolder = System.IO.Path.Combine(Scratch, "copies") }, TimeProvider.System, NullLogger<PluginLoader>.Instance);

    /// <summary>A folder that goes with this.</summary>
    public string Scratch { get; } = Directory.CreateTempSubdirectory("conductor-plugin-").FullName;

    /// <summary>The plugin: what was given, or what was found in the archive.</summary>
    public string Path { get; private set; } = "";

    /// <summary>What its files say; null when it is refused.</summary>
    public PluginCandidate? Candidate { get; private set; }

    /// <summary>The host's own sentence on why it is refused; null when it is not.</summary>
    public string? Refusal { get; private set; }

    /// <param name="path">A DLL, a plugin's folder, or a `.zip` of either.</param>
    /// <exception cref="CliException">There is nothing at the path, or the archive cannot be read.</exception>
    public static PluginSource Open(string path)
    {
        var source = new PluginSource();
        try
        {
            source.Path = System.IO.Path.GetFullPath(path);
            if (!System.IO.Path.Exists(source.Path))
            {
                throw new CliException(ExitCodes.Usage, $"There is nothing at '{path}'; give a plugin's DLL, its folder, or a .zip of one.");
            }

            if (File.Exists(source.Path) && source.Path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                source.Path = source.Unpack(source.Path);
            }

            source.Judge();
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _loader.Dispose();
        try
        {
            Directory.Delete(Scratch, recursive: true);
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            // In the system's temporary folder, which others clean.
        }
    }

    private void Judge()
    {
        try
        {
            Candidate = _loader.Examine(Path);
        }
        catch (PluginRejectedException rejection)
        {
            Refusal = rejection.Message;
        }
    }

    private string Unpack(string archive)
    {
        // A folder named after the archive, as somebody who unpacks it by hand gets.
        var folder = System.IO.Path.Combine(Scratch, System.IO.Path.GetFileNameWithoutExtension(archive));
        try
        {
            ZipFile.ExtractToDirectory(archive, folder); // refuses entries that lead out of the folder
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failed, $"'{System.IO.Path.GetFileName(archive)}' cannot be unpacked: {failure.Message}");
        }

        return Directory.GetFileSystemEntries(folder) switch
        {
            [var only] => only, // a loose DLL, or the plugin's folder
            _ => folder,
        };
    }
}
