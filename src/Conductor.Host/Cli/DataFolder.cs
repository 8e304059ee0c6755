using Conductor.Storage;

namespace Conductor.Host.Cli;

/// <summary>The data folder, before anything needs it.</summary>
internal static class DataFolder
{
    /// <summary>Makes it and tries to write.</summary>
    /// <returns>True when it was empty or not there: this is the first run.</returns>
    /// <exception cref="CliException">It cannot be made or written.</exception>
    public static bool Prepare(string path)
    {
        try
        {
            var isNew = !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any();
            PrivateFolder.Create(path);
            var probe = Path.Combine(path, $".write-test-{Guid.NewGuid():N}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose))
            {
            }

            return isNew;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failed, $"The data folder '{path}' cannot be written: {failure.Message} Give another one as --data DIR or in 'storage: path'.");
        }
    }
}
