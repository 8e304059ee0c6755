using System.Security.Cryptography;
using Conductor.Security;
using Conductor.Settings;

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

    /// <summary>The pepper where there is one.</summary>
    /// <param name="reference">`env:NAME`, `file:` and an absolute path, or null for the file in the data folder.</param>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="problem">Why there is none, as a sentence without its end; null where there is one.</param>
    /// <param name="warning">What should be different; null for nothing.</param>
    public static Secret? Find(string? reference, string dataFolder, IReadOnlyDictionary<string, string> environment, out string? problem, out string? warning) =>
        SecretFile.Find(reference, SecretFile.PathOf(reference, dataFolder, FileName), environment, Check, out problem, out warning);

    /// <summary>The pepper; the file is made where none is named and there is none.</summary>
    /// <exception cref="IOException">It cannot be read or made; the message is a sentence without its end.</exception>
    public static Secret Obtain(ConductorSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Server.KeyPepper is null)
        {
            SecretFile.Make(SecretFile.PathOf(null, settings.Storage.Path, FileName), () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
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

    private static string? Check(string text) =>
        text.Length < ShortestLength ? $"holds {text.Length} characters; take {ShortestLength} random ones or more, for example from 'openssl rand -hex 32'" : null;
}
