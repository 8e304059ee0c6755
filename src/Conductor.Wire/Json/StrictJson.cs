using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire;

/// <summary>JSON read without surprises: what System.Text.Json lets through or throws in five different ways is one exception here.</summary>
public static class StrictJson
{
    /// <summary>System.Text.Json's own default; deeper bodies are refused.</summary>
    public const int MaxDepth = 64;

    public static JsonReaderOptions ReaderOptions { get; } = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow };

    /// <summary>Parses a request's body: UTF-8, one object, no member twice, no half of a surrogate pair anywhere.</summary>
    public static JsonElement ParseRequest(ReadOnlySpan<byte> body)
    {
        RequireUtf8(body);
        RequireWholeSurrogates(body);
        try
        {
            var root = JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return root.ValueKind == JsonValueKind.Object ? root : throw NotAnObject();
        }
        catch (JsonException failure)
        {
            throw NotJson(failure);
        }
    }

    public static void RequireUtf8(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new WireRequestException(null, "The body is not valid UTF-8.", WireRequestCodes.InvalidJson);
        }
    }

    /// <summary>`"\ud800"` alone is legal JSON and no text: reading it as a string would throw much later, in somebody else's code.</summary>
    public static void RequireWholeSurrogates(ReadOnlySpan<byte> json)
    {
        if (!HasLoneSurrogate(json))
        {
            return;
        }

        throw new WireRequestException(null, "A string holds half of a surrogate pair (\\ud800 to \\udfff), which is not text.", WireRequestCodes.InvalidJson);
    }

    /// <summary>Whether an escape names a surrogate without its partner. Works on raw JSON: outside of strings there is no backslash.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> json) => IndexOfLoneSurrogate(json) >= 0;

    /// <summary>The same JSON with U+FFFD for every half of a surrogate pair, as it would be written anyway; the very same bytes where there is none.</summary>
    /// <remarks>For answers: what is kept of one as it came is read as text much later, in somebody else's code.</remarks>
    public static ReadOnlySpan<byte> Mend(ReadOnlySpan<byte> json)
    {
        var at = IndexOfLoneSurrogate(json);
        if (at < 0)
        {
            return json;
        }

        var mended = json.ToArray();
        for (var rest = mended.AsSpan(); at >= 0; at = IndexOfLoneSurrogate(rest))
        {
            "\\ufffd"u8.CopyTo(rest[at..]);
            rest = rest[(at + 6)..];
        }

        return mended;
    }

    private static int IndexOfLoneSurrogate(ReadOnlySpan<byte> json)
    {
        var position = json.IndexOf("\\u"u8); // most texts escape line ends and quotes only, and many of them
        if (position > 0)
        {
            position = json.IndexOf((byte)'\\'); // whether the `u` is escaped is told from the first backslash on
        }

        while (position >= 0 && position + 1 < json.Length)
        {
            var escape = json[position..];
            var length = 2;
            if (escape[1] == (byte)'u')
            {
                if (!TryReadEscape(escape, out var first))
                {
                    return -1; // not JSON at all; the parser says so with a position
                }

                length = 6;
                if (char.IsLowSurrogate(first))
                {
                    return position;
                }

                if (char.IsHighSurrogate(first))
                {
                    if (!escape[6..].StartsWith("\\u"u8) || !TryReadEscape(escape[6..], out var second) || !char.IsLowSurrogate(second))
                    {
                        return position;
                    }

                    length = 12;
                }
            }

            var next = escape[length..].IndexOf((byte)'\\');
            position = next < 0 ? -1 : position + length + next;
        }

        return -1;
    }

    public static WireRequestException NotJson(JsonException failure) => new(
        null,
        failure.Message.Contains("uplicate", StringComparison.Ordinal)
            ? "A member stands twice in one object; send each member once."
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The body is not valid JSON (line {(failure.LineNumber ?? 0) + 1}, byte {(failure.BytePositionInLine ?? 0) + 1}), or is nested deeper than {MaxDepth} levels."),
        failure.Message.Contains("uplicate", StringComparison.Ordinal) ? WireRequestCodes.DuplicateMember : WireRequestCodes.InvalidJson,
        failure);

    public static WireRequestException NotAnObject() => new(null, "The body must be a JSON object.", WireRequestCodes.InvalidJson);

    private static bool TryReadEscape(ReadOnlySpan<byte> escape, out char value)
    {
        value = default;
        if (escape.Length < 6 || !Utf8Parser.TryParse(escape.Slice(2, 4), out ushort code, out var used, 'x') || used != 4)
        {
            return false;
        }

        value = (char)code;
        return true;
    }
}
