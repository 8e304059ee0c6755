using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Invoke;

/// <summary>Parses an operation's result as strictly as the caller's parser may: what passes here goes out as it is, inside the response.</summary>
internal static class ResultJson
{
    // Most parsers stop at 64 levels, and in the answer of a batch three more stand around a result.
    private const int MaxDepth = 61;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <exception cref="JsonException">Not JSON, not UTF-8, a member twice, half a surrogate pair.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> result)
    {
        if (!Utf8.IsValid(result.Span))
        {
            throw new JsonException("The result is not valid UTF-8.");
        }

        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(result, Strict);
            if (result.Span.IndexOf("\\u"u8) >= 0)
            {
                // An escaped half of a surrogate pair passes the parser; whoever reads the string fails.
                using var writer = new Utf8JsonWriter(new ArrayBufferWriter<byte>(result.Length));
                document.RootElement.WriteTo(writer);
            }

            return document;
        }
        catch (InvalidOperationException mistake)
        {
            document?.Dispose();
            throw new JsonException("The result holds text that is not valid Unicode.", mistake);
        }
    }

    /// <summary>The result without line ends between its tokens: a response is one line of many in a file, and one event of a stream.</summary>
    public static ReadOnlyMemory<byte> OnOneLine(ReadOnlyMemory<byte> result, JsonDocument parsed)
    {
        if (result.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            return result; // inside a string they are escaped
        }

        var output = new ArrayBufferWriter<byte>(result.Length);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            parsed.RootElement.WriteTo(writer);
        }

        return output.WrittenMemory;
    }
}
