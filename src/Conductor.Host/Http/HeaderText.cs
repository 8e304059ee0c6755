using System.Buffers;
using System.Globalization;
using System.Text;

namespace Conductor.Host.Http;

/// <summary>Makes any text fit for a response header: printable ASCII as it is, everything else percent-encoded.</summary>
internal static class HeaderText
{
    private const int MaxLength = 512;

    private static readonly SearchValues<char> Printable = SearchValues.Create(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).ToArray());

    public static string Safe(string text)
    {
        if (text.Length <= MaxLength && !text.AsSpan().ContainsAnyExcept(Printable))
        {
            return text;
        }

        var safe = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text.Length <= MaxLength ? text : text[..MaxLength]))
        {
            _ = b is >= (byte)' ' and <= (byte)'~' and not (byte)'%' ? safe.Append((char)b) : safe.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return safe.ToString();
    }
}
