using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Reads the error bodies that servers of this dialect send: OpenAI's own, vLLM's flat one, a bare text, FastAPI's `detail`.</summary>
public static class OpenAIErrorReader
{
    /// <summary>Reads an error's body; null where it holds none in a known shape. Never throws on any bytes.</summary>
    public static WireError? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, StrictJson.ReaderOptions);
            return JsonDocument.TryParseValue(ref reader, out var document) ? Take(document) : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    internal static WireError? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (root.TryGetProperty("error", out var error) && error.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
        {
            return error.ValueKind == JsonValueKind.Object ? ReadObject(error) : new WireError(Text(error) ?? "");
        }

        // vLLM before 0.9: the object itself is the error.
        if (root.TryGetProperty("object", out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("error"u8))
        {
            return ReadObject(root);
        }

        if (root.TryGetProperty("choices", out _) || root.TryGetProperty("data", out _))
        {
            return null;
        }

        return Member(root, "message") is { } message ? ReadObject(root) with { Message = message }
            : Member(root, "detail") is { } detail ? new WireError(detail)
            : null;
    }

    private static WireError? Take(JsonDocument document)
    {
        using (document)
        {
            return Read(document.RootElement);
        }
    }

    private static WireError ReadObject(JsonElement error) => new(Member(error, "message") ?? "", Member(error, "type"), Member(error, "param"), Member(error, "code"));

    private static string? Member(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        JsonValueKind.Array or JsonValueKind.Object => value.GetRawText(),
        _ => null,
    };
}
