using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Conductor.PluginLoading;

/// <summary>Copies of plugins, from which they run: the original may be overwritten, cut short or deleted at any time.</summary>
/// <remarks>
/// Each process has a folder of its own, `run-…`, and beside it a lock file that it holds for as long as it lives. A later process
/// deletes the folders whose lock it can take: those of processes that ended, and never those of one that runs beside it.
/// </remarks>
internal sealed class ShadowStore : IDisposable
{
    private const string RunPrefix = "run-";
    private const string LockSuffix = ".lock";

    private readonly string _folder;
    private readonly string _run;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private FileStream? _lock;

    public ShadowStore(string folder, ILogger logger)
    {
        _folder = Path.GetFullPath(folder);
        _run = Path.Combine(_folder, RunPrefix + RandomNumberGenerator.GetHexString(12, lowercase: true));
        _logger = logger;
        DeleteEarlierRuns();
    }

    /// <summary>The copy of a plugin: the very bytes of its hash.</summary>
    /// <exception cref="PluginRejectedException">The files cannot be copied, or changed meanwhile.</exception>
    public PluginFiles Copy(PluginCandidate candidate)
    {
        lock (_gate)
        {
            try
            {
                TakeLock();
                var final = Path.Combine(_run, string.Create(CultureInfo.InvariantCulture, $"{candidate.Id}-{candidate.Hash[..12]}"));
                for (var again = 2; Directory.Exists(final); again++)
                {
                    var earlier = candidate.Files.At(final);
                    if (earlier.Names.All(name => File.Exists(earlier.PathOf(name))) && earlier.ComputeHash() == candidate.Hash)
                    {
                        return earlier;
                    }

                    // Damaged, and perhaps in use: leave it.
                    final = Path.Combine(_run, string.Create(CultureInfo.InvariantCulture, $"{candidate.Id}-{candidate.Hash[..12]}-{again}"));
                }

                var staging = final + ".part";
                if (Directory.Exists(staging))
                {
                    Directory.Delete(staging, recursive: true);
                }

                if (candidate.Files.CopyTo(staging) != candidate.Hash)
                {
                    Directory.Delete(staging, recursive: true);
                    throw new PluginRejectedException($"'{candidate.File}' changed while it was being copied; scan again when it is written whole.");
                }

                Directory.Move(staging, final);
                return candidate.Files.At(final);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new PluginRejectedException(
                    $"'{candidate.File}' cannot be copied to '{_run}': {failure.Message} Check the space and the rights there, then scan again.");
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _lock?.Dispose();
            _lock = null;
        }
    }

    private void TakeLock()
    {
        CreateFolder();
        _lock ??= new FileStream(_run + LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Directory.CreateDirectory(_run); // after the lock: a folder without one is nobody's
    }

    // Inside the data folder, which is its owner's alone, and may be made by this.
    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
            return;
        }

        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void DeleteEarlierRuns()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        foreach (var run in Directory.EnumerateDirectories(_folder, RunPrefix + "*"))
        {
            try
            {
                using (new FileStream(run + LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
                {
                    Directory.Delete(run, recursive: true);
                }

                File.Delete(run + LockSuffix);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Log.ShadowNotCleaned(_logger, run, failure.Message);
            }
        }
    }
}
