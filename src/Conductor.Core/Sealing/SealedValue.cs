using System.Security.Cryptography;
using System.Text;

namespace Conductor.Sealing;

/// <summary>
/// A provider's key as it may stand in a file that others see: `enc:v1:` and base64 of nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM. The provider's name and
/// the member belong to what the tag covers, so that a value under another provider does not open. The key's place in the list does not: lists are put in order.
/// </summary>
public static class SealedValue
{
    /// <summary>What every sealed value begins with, of whatever version.</summary>
    public const string Mark = "enc:";

    /// <summary>What those of this version begin with.</summary>
    public const string Version1 = "enc:v1:";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Whether a text is one, or means to be.</summary>
    public static bool Is(string? text) => text?.AsSpan().TrimStart().StartsWith(Mark, StringComparison.Ordinal) == true;

    /// <summary>Seals a value; each time it is another text.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="value">What is to be hidden.</param>
    public static string Seal(ReadOnlySpan<byte> key, string provider, string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var output = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = output.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(key, TagBytes);
        gcm.Encrypt(nonce, plain, output.AsSpan(NonceBytes, plain.Length), output.AsSpan(NonceBytes + plain.Length), Context(provider));
        return Version1 + Convert.ToBase64String(output);
    }

    /// <summary>The value; null where it was sealed with another key, for another provider, or is not as it was.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="text">What <see cref="Seal"/> made.</param>
    public static string? Open(ReadOnlySpan<byte> key, string provider, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (!text.StartsWith(Version1, StringComparison.Ordinal))
        {
            return null;
        }

        var input = new byte[text.Length];
        if (!Convert.TryFromBase64String(text[Version1.Length..], input, out var length) || length <= NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[length - NonceBytes - TagBytes];
        try
        {
            using var gcm = new AesGcm(key, TagBytes);
            gcm.Decrypt(input.AsSpan(0, NonceBytes), input.AsSpan(NonceBytes, plain.Length), input.AsSpan(length - TagBytes, TagBytes), plain, Context(provider));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Context(string provider) => Encoding.UTF8.GetBytes($"providers.{provider}.keys");
}
