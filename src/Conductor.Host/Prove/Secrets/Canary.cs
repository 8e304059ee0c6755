using System.Security.Cryptography;
using System.Text;

namespace Conductor.Host.Prove.Secrets;

/// <summary>A secret that exists to be looked for.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Value">Printable ASCII, with letters that JSON, URLs and base64 write otherwise.</param>
internal sealed record Canary(string Name, string Value)
{
    /// <summary>The ways in which texts are written, as the columns of the table.</summary>
    public static IReadOnlyList<string> FormNames { get; } = ["plain", "JSON", "UTF-16 LE", "UTF-16 BE", "base64", "URL", "hex"];

    public static Canary New(string name) => new(name, $"Cn{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}+/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}&Z=");

    /// <summary>What to look for, each with the column that it belongs to.</summary>
    public IEnumerable<(int Form, byte[] Bytes)> Forms()
    {
        var utf8 = Encoding.UTF8.GetBytes(Value);
        yield return (0, utf8);
        yield return (1, Encoding.UTF8.GetBytes(System.Text.Json.JsonEncodedText.Encode(Value).ToString()));
        yield return (2, Encoding.Unicode.GetBytes(Value));
        yield return (3, Encoding.BigEndianUnicode.GetBytes(Value));
        for (var offset = 0; offset < 3; offset++)
        {
            var base64 = Base64(utf8, offset);
            yield return (4, Encoding.ASCII.GetBytes(base64));
            yield return (4, Encoding.ASCII.GetBytes(base64.Replace('+', '-').Replace('/', '_')));
        }

        yield return (5, Encoding.ASCII.GetBytes(Uri.EscapeDataString(Value)));
        yield return (5, Encoding.ASCII.GetBytes(Uri.EscapeDataString(Value).Replace("%2F", "/", StringComparison.Ordinal)));
        yield return (6, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8)));
        yield return (6, Encoding.ASCII.GetBytes(Convert.ToHexString(utf8)));
    }

    // The letters that are the value's alone, whatever stands before and behind it.
    private static string Base64(byte[] value, int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. value]);
        var first = offset == 0 ? 0 : offset + 1;
        return text[first..((offset + value.Length) * 8 / 6)];
    }
}
