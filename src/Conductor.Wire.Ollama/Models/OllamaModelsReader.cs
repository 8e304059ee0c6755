using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>`/api/tags` and `/api/show`: which models there are, and what they can do.</summary>
public static class OllamaModelsReader
{
    /// <summary>Reads the answer of `/api/tags`.</summary>
    /// <exception cref="WireResponseException">The bytes are no such answer.</exception>
    public static IReadOnlyList<OllamaModel> ReadTags(ReadOnlySpan<byte> body) => OllamaJson.Read<IReadOnlyList<OllamaModel>>(body, root =>
    {
        if (!root.TryGetProperty("models"u8, out var models) || models.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
        {
            throw new WireResponseException("The list of models has no 'models'.");
        }

        List<OllamaModel> rows = [];
        foreach (var row in models.ValueKind == JsonValueKind.Array ? models.EnumerateArray() : default)
        {
            if ((OllamaJson.String(row, "model"u8) ?? OllamaJson.String(row, "name"u8)) is { Length: > 0 } name)
            {
                var family = OllamaJson.Member(row, "details"u8, JsonValueKind.Object) is { } details ? OllamaJson.String(details, "family"u8) : null;
                rows.Add(new OllamaModel(name, OllamaJson.String(row, "digest"u8) ?? "", family));
            }
        }

        return rows;
    });

    /// <summary>Reads the answer of `/api/show`.</summary>
    /// <exception cref="WireResponseException">The bytes are no such answer.</exception>
    public static OllamaModelCard ReadShow(ReadOnlySpan<byte> body) => OllamaJson.Read(body, root =>
    {
        HashSet<string>? capabilities = null;
        if (OllamaJson.Member(root, "capabilities"u8, JsonValueKind.Array) is { } listed)
        {
            capabilities = [.. listed.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];
        }

        return new OllamaModelCard(capabilities, ContextLength(root));
    });

    /// <summary>Writes the body of `/api/show`.</summary>
    public static void WriteShow(IBufferWriter<byte> output, string model)
    {
        ArgumentNullException.ThrowIfNull(output);
        OllamaJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteEndObject();
        });
    }

    // `general.architecture` names the member: `llama.context_length`. Of a model with several parts (a vision encoder) each may have one of its own.
    private static int? ContextLength(JsonElement root)
    {
        if (OllamaJson.Member(root, "model_info"u8, JsonValueKind.Object) is not { } info)
        {
            return null;
        }

        var architecture = OllamaJson.String(info, "general.architecture"u8);
        foreach (var member in info.EnumerateObject())
        {
            var isIt = architecture is not null ? member.Name == architecture + ".context_length" : member.Name.EndsWith(".context_length", StringComparison.Ordinal);
            if (isIt && member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out var length) && length > 0)
            {
                return length;
            }
        }

        return null;
    }
}
