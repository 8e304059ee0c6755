namespace Conductor.Storage;

/// <summary>Folders of the data folder: the ledger, kept answers and secrets are in them.</summary>
public static class PrivateFolder
{
    /// <summary>Makes a folder, and those above it that are missing, for its owner alone where the system has such permissions. One that exists stays as it is.</summary>
    /// <param name="path">The folder.</param>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
