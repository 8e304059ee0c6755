using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>Reads `{"error":"text"}`, and what cloud models put in its place.</summary>
public static class OllamaErrorReader
{
    /// <summary>The error's text; null where the body holds none. Never throws on any bytes.</summary>
    public static string? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return null;
            }

            using (document)
            {
                var root = document.RootElement;
                return root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error"u8, out var error) ? null
                    : error.ValueKind == JsonValueKind.String ? error.GetString()
                    : OllamaJson.String(error, "message"u8);
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
