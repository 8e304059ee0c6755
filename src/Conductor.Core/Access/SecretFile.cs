using Conductor.Security;
using Conductor.Storage;

namespace Conductor.Access;

/// <summary>A secret of Conductor's own that stands in the environment or in a file of its owner's alone.</summary>
internal static class SecretFile
{
    private const string Variable = "env:";
    private const string FileMark = "file:";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The secret where there is one.</summary>
    /// <param name="reference">`env:NAME`, `file:` and an absolute path, or null for the usual file.</param>
    /// <param name="path">The file, where the reference names no variable.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="check">Says what is wrong with a text that is not empty, as the end of a sentence about it; null for nothing.</param>
    /// <param name="problem">Why there is none, as a sentence without its end; null where there is one.</param>
    /// <param name="warning">What should be different; null for nothing.</param>
    public static Secret? Find(
        string? reference, string path, IReadOnlyDictionary<string, string> environment, Func<string, string?> check, out string? problem, out string? warning)
    {
        ArgumentNullException.ThrowIfNull(environment);
        warning = null;
        if (VariableOf(reference) is { } name)
        {
            return Check(environment.GetValueOrDefault(name), $"the environment variable '{name}'", check, out problem);
        }

        try
        {
            if (!File.Exists(path))
            {
                problem = $"'{path}' does not exist";
                return null;
            }

            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            {
                warning = $"'{path}' can be read by others than its owner: chmod 600";
            }

            return Check(File.ReadAllText(path), $"'{path}'", check, out problem);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"'{path}' cannot be read: {failure.Message}";
            return null;
        }
    }

    /// <summary>The variable that a reference names; null where it names none.</summary>
    public static string? VariableOf(string? reference) => reference?.StartsWith(Variable, StringComparison.Ordinal) == true ? reference[Variable.Length..] : null;

    /// <summary>The file that a reference names, or the usual one in the data folder.</summary>
    public static string PathOf(string? reference, string dataFolder, string name) =>
        reference?.StartsWith(FileMark, StringComparison.Ordinal) == true ? reference[FileMark.Length..] : Path.Combine(dataFolder, name);

    /// <summary>Makes the file unless it is there; whoever else makes it at the same time, there is one.</summary>
    /// <exception cref="IOException">It cannot be made; the message is a sentence without its end.</exception>
    public static void Make(string path, Func<string> text)
    {
        if (File.Exists(path))
        {
            return;
        }

        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        try
        {
            Write(path, text(), overwrite: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(path))
            {
                throw new IOException($"'{path}' cannot be made: {failure.Message}", failure);
            }
        }
    }

    /// <summary>Writes the file in one step, for its owner alone. Beside it and renamed: whoever finds the file finds all of it.</summary>
    public static void Write(string path, string text, bool overwrite)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        var trial = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(trial, options))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(trial, path, overwrite);
        }
        finally
        {
            File.Delete(trial);
        }
    }

    private static Secret? Check(string? text, string what, Func<string, string?> check, out string? problem)
    {
        text = text?.Trim();
        problem = string.IsNullOrEmpty(text) ? $"{what} is empty or not there" : check(text) is { } wrong ? $"{what} {wrong}" : null;
        return problem is null ? new Secret(text!) : null;
    }
}
