using System.Security.Cryptography;
using Conductor.Security;
using Conductor.Settings;
using Conductor.Storage;

namespace Conductor.Access;

/// <summary>
/// The secret that keys are hashed with, beside what is stored of them: whoever reads `tenants.yaml` alone can check no guess. It is named by `server.key_pepper`, or
/// stands in a file of the data folder that is made with the first key.
/// </summary>
public static class KeyPepper
{
    /// <summary>The file in the data folder.</summary>
    public const string FileName = "key.pepper";

    private const int ShortestLength = 16;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The pepper where there is one.</summary>
    /// <param name="reference">`env:NAME`, `file:` and an absolute path, or null for the file in the data folder.</param>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="problem">Why there is none, as a sentence without its end; null where there is one.</param>
    /// <param name="warning">What should be different; null for nothing.</param>
    public static Secret? Find(string? reference, string dataFolder, IReadOnlyDictionary<string, string> environment, out string? problem, out string? warning)
    {
        ArgumentNullException.ThrowIfNull(environment);
        warning = null;
        if (reference?.StartsWith("env:", StringComparison.Ordinal) == true)
        {
            return Check(environment.GetValueOrDefault(reference[4..]), $"the environment variable '{reference[4..]}'", out problem);
        }

        var path = PathOf(reference, dataFolder);
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

            return Check(File.ReadAllText(path), $"'{path}'", out problem);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"'{path}' cannot be read: {failure.Message}";
            return null;
        }
    }

    /// <summary>The pepper; the file is made where none is named and there is none.</summary>
    /// <exception cref="IOException">It cannot be read or made; the message is a sentence without its end.</exception>
    public static Secret Obtain(ConductorSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Server.KeyPepper is null)
        {
            Make(PathOf(null, settings.Storage.Path));
        }

        return Find(settings.Server.KeyPepper, settings.Storage.Path, environment, out var problem, out _) ?? throw new IOException(problem);
    }

    /// <summary>What is stored of a key.</summary>
    /// <param name="pepper">The pepper.</param>
    /// <param name="key">The whole key.</param>
    /// <returns>HMAC-SHA256, 32 bytes.</returns>
    public static byte[] Hash(Secret pepper, string key)
    {
        ArgumentNullException.ThrowIfNull(pepper);
        return HMACSHA256.HashData(System.Text.Encoding.UTF8.GetBytes(pepper.Reveal()), System.Text.Encoding.UTF8.GetBytes(key));
    }

    private static string PathOf(string? reference, string dataFolder) =>
        reference?.StartsWith("file:", StringComparison.Ordinal) == true ? reference[5..] : Path.Combine(dataFolder, FileName);

    private static void Make(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        // Beside it and renamed: whoever finds the file finds all of it.
        var trial = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(trial, options))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(trial, path, overwrite: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            File.Delete(trial);
            if (!File.Exists(path))
            {
                throw new IOException($"'{path}' cannot be made: {failure.Message}", failure);
            }
        }
    }

    private static Secret? Check(string? text, string what, out string? problem)
    {
        text = text?.Trim();
        problem = string.IsNullOrEmpty(text) ? $"{what} is empty or not there"
            : text.Length < ShortestLength ? $"{what} holds {text.Length} characters; take {ShortestLength} random ones or more, for example from 'openssl rand -hex 32'"
            : null;
        return problem is null ? new Secret(text!) : null;
    }
}
