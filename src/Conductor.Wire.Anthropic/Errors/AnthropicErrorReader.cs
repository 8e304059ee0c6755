using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>Reads error bodies: `{"type":"error","error":{"type","message","details":{"error_code"}},"request_id"}`, and those of gateways before the API.</summary>
public static class AnthropicErrorReader
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
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error"u8, out var error) || error.ValueKind is JsonValueKind.Null or JsonValueKind.False)
        {
            return null;
        }

        if (error.ValueKind != JsonValueKind.Object)
        {
            return new WireError(error.ValueKind == JsonValueKind.String ? error.GetString()! : "");
        }

        var details = AnthropicJson.Member(error, "details"u8, JsonValueKind.Object) ?? default;
        return new WireError(
            AnthropicJson.String(error, "message"u8) ?? "", AnthropicJson.String(error, "type"u8), Param: null, AnthropicJson.String(details, "error_code"u8));
    }

    private static WireError? Take(JsonDocument document)
    {
        using (document)
        {
            return Read(document.RootElement);
        }
    }
}
