using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>The list of models: bytes to types.</summary>
public static class AnthropicModelsReader
{
    /// <summary>Reads a page; rows without an id are left out.</summary>
    /// <exception cref="WireResponseException">The bytes are no list.</exception>
    public static AnthropicModelPage Read(ReadOnlySpan<byte> body) => AnthropicJson.Read(body, Read);

    private static AnthropicModelPage Read(JsonElement root)
    {
        if (AnthropicJson.Member(root, "data"u8, JsonValueKind.Array) is not { } data)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no list of models.");
        }

        var models = new List<AnthropicModel>(data.GetArrayLength());
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in data.EnumerateArray())
        {
            if (AnthropicJson.String(row, "id"u8) is { Length: > 0 } id && seen.Add(id))
            {
                models.Add(ReadRow(row, id));
            }
        }

        return new AnthropicModelPage(models, AnthropicJson.Boolean(root, "has_more"u8) ?? false, AnthropicJson.String(root, "last_id"u8));
    }

    private static AnthropicModel ReadRow(JsonElement row, string id)
    {
        var capabilities = AnthropicJson.Member(row, "capabilities"u8, JsonValueKind.Object) ?? default;
        return new AnthropicModel(id)
        {
            DisplayName = AnthropicJson.String(row, "display_name"u8),
            CreatedAt = AnthropicJson.Time(row, "created_at"u8),
            MaxInputTokens = AnthropicJson.Integer(row, "max_input_tokens"u8) is > 0 and var input ? input : null,
            MaxTokens = AnthropicJson.Integer(row, "max_tokens"u8) is > 0 and var output ? output : null,
            TakesImages = Supported(capabilities, "image_input"u8),
            HasStructuredOutputs = Supported(capabilities, "structured_outputs"u8),
            HasThinking = Supported(capabilities, "thinking"u8),
            HasEffort = Supported(capabilities, "effort"u8),
            IsRetired = AnthropicJson.String(row, "lifecycle"u8) == "retired",
        };
    }

    /// <summary>`{"supported":true,…}`, or plain true.</summary>
    private static bool? Supported(JsonElement capabilities, ReadOnlySpan<byte> name) =>
        AnthropicJson.Boolean(capabilities, name)
        ?? (AnthropicJson.Member(capabilities, name, JsonValueKind.Object) is { } capability ? AnthropicJson.Boolean(capability, "supported"u8) : null);
}
