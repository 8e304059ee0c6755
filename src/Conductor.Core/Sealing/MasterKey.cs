using System.Security.Cryptography;
using Conductor.Access;
using Conductor.Security;
using Conductor.Settings;

namespace Conductor.Sealing;

/// <summary>
/// The key that providers' keys are sealed with. It is named by `server.secret_key`, or stands in a file of the data folder that is made with the first value. While it is
/// being changed the one before it stands beside it, and opens what is not sealed anew yet.
/// </summary>
public sealed class MasterKey
{
    /// <summary>The file in the data folder.</summary>
    public const string FileName = "secret.key";

    /// <summary>What the name of the file of the key before ends with.</summary>
    public const string OldEnding = ".old";

    private const int Bytes = 32;

    private readonly byte[] _current;
    private readonly byte[]? _old;

    private MasterKey(Secret text, Secret? old)
    {
        Text = text;
        _current = Parse(text.Reveal())!;
        _old = old is null ? null : Parse(old.Reveal());
    }

    /// <summary>The key as it is written.</summary>
    public Secret Text { get; }

    /// <summary>The file of the key; null where a variable holds it.</summary>
    /// <param name="reference">`env:NAME`, `file:` and an absolute path, or null for the file in the data folder.</param>
    /// <param name="dataFolder">The data folder.</param>
    public static string? PathOf(string? reference, string dataFolder) => SecretFile.VariableOf(reference) is null ? SecretFile.PathOf(reference, dataFolder, FileName) : null;

    /// <summary>The key where there is one.</summary>
    /// <param name="reference">`env:NAME`, `file:` and an absolute path, or null for the file in the data folder.</param>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="problem">Why there is none, as a sentence without its end; null where there is one.</param>
    /// <param name="warning">What should be different; null for nothing.</param>
    public static MasterKey? Find(string? reference, string dataFolder, IReadOnlyDictionary<string, string> environment, out string? problem, out string? warning)
    {
        var path = PathOf(reference, dataFolder);
        var text = SecretFile.Find(reference, path ?? "", environment, Check, out problem, out warning);
        var old = text is null || path is null ? null : SecretFile.Find(null, path + OldEnding, environment, Check, out _, out _);
        return text is null ? null : new MasterKey(text, old);
    }

    /// <summary>The key; the file is made where none is named and there is none.</summary>
    /// <exception cref="IOException">It cannot be read or made; the message is a sentence without its end.</exception>
    public static MasterKey Obtain(ConductorSettings settings, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Server.SecretKey is null)
        {
            SecretFile.Make(SecretFile.PathOf(null, settings.Storage.Path, FileName), New);
        }

        return Find(settings.Server.SecretKey, settings.Storage.Path, environment, out var problem, out _) ?? throw new IOException(problem);
    }

    /// <summary>Another key, as it is written: 64 hexadecimal digits.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Seals a provider's key.</summary>
    public string Seal(string provider, string value) => SealedValue.Seal(_current, provider, value);

    /// <summary>Opens a provider's key; null where it does not open.</summary>
    public string? Open(string provider, string text) => SealedValue.Open(_current, provider, text) ?? (_old is null ? null : SealedValue.Open(_old, provider, text));

    private static string? Check(string text) =>
        Parse(text) is null ? "is no key: 32 random bytes as 64 hexadecimal digits or as base64, for example from 'openssl rand -hex 32'" : null;

    private static byte[]? Parse(string text)
    {
        var key = new byte[Bytes];
        return text.Length == 2 * Bytes && Convert.FromHexString(text, key, out _, out var digits) == System.Buffers.OperationStatus.Done && digits == Bytes ? key
            : text.Length == 44 && Convert.TryFromBase64String(text, key, out var length) && length == Bytes ? key
            : null;
    }
}
