using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>The list of models: bytes to types.</summary>
public static class GeminiModelsReader
{
    /// <summary>Reads one page; rows without a name are left out.</summary>
    /// <returns>The models, and the token of the next page; null for the last one.</returns>
    /// <exception cref="WireResponseException">The bytes are no list.</exception>
    public static (IReadOnlyList<GeminiModel> Models, string? NextPage) Read(ReadOnlySpan<byte> body) => GeminiJson.Read(body, Read);

    private static (IReadOnlyList<GeminiModel>, string?) Read(JsonElement root)
    {
        var next = GeminiJson.String(root, "nextPageToken"u8);
        if (GeminiJson.Member(root, "models"u8, JsonValueKind.Array) is not { } rows)
        {
            // An empty page is an empty object: lists without items are left out on this wire.
            return root.GetPropertyCount() == (next is null ? 0 : 1) ? ([], next) : throw new WireResponseException(WireResponseFault.Empty, "The answer has no list of models.");
        }

        var models = new List<GeminiModel>(rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            if (GeminiJson.String(row, "name"u8) is not { } name)
            {
                continue;
            }

            var methods = GeminiJson.Member(row, "supportedGenerationMethods"u8, JsonValueKind.Array);
            models.Add(new GeminiModel(GeminiModelName.Bare(name))
            {
                DisplayName = GeminiJson.String(row, "displayName"u8),
                Description = GeminiJson.String(row, "description"u8),
                Version = GeminiJson.String(row, "version"u8),
                InputTokenLimit = Positive(row, "inputTokenLimit"u8),
                OutputTokenLimit = Positive(row, "outputTokenLimit"u8),
                Methods = [.. (methods?.EnumerateArray() ?? default).Where(method => method.ValueKind == JsonValueKind.String).Select(method => method.GetString()!)],
                Thinks = row.TryGetProperty("thinking"u8, out var thinks) && thinks.ValueKind is JsonValueKind.True or JsonValueKind.False ? thinks.GetBoolean() : null,
            });
        }

        return (models, next);
    }

    private static int? Positive(JsonElement row, ReadOnlySpan<byte> name) => GeminiJson.Integer(row, name) is > 0 and var value ? value : null;
}
