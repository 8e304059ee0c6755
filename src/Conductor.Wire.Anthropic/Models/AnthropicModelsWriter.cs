using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>The list of models: types to bytes.</summary>
public static class AnthropicModelsWriter
{
    /// <summary>Writes a page.</summary>
    public static void WritePage(IBufferWriter<byte> output, AnthropicModelPage page)
    {
        ArgumentNullException.ThrowIfNull(output);
        WireJson.Write(output, writer => WritePage(writer, page));
    }

    /// <summary>Writes a page as one JSON object.</summary>
    public static void WritePage(Utf8JsonWriter writer, AnthropicModelPage page)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(page);
        writer.WriteStartObject();
        writer.WriteStartArray("data"u8);
        foreach (var model in page.Models)
        {
            WriteModel(writer, model);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("has_more"u8, page.HasMore);
        writer.WriteString("first_id"u8, page.Models.Count > 0 ? page.Models[0].Id : null);
        writer.WriteString("last_id"u8, page.LastId ?? (page.Models.Count > 0 ? page.Models[^1].Id : null));
        writer.WriteEndObject();
    }

    /// <summary>Writes one model as one JSON object.</summary>
    public static void WriteModel(Utf8JsonWriter writer, AnthropicModel model)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(model);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "model"u8);
        writer.WriteString("id"u8, model.Id);
        writer.WriteString("display_name"u8, model.DisplayName ?? model.Id);
        writer.WriteString("created_at"u8, (model.CreatedAt ?? DateTimeOffset.UnixEpoch).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        WriteNumber(writer, "max_input_tokens", model.MaxInputTokens);
        WriteNumber(writer, "max_tokens", model.MaxTokens);
        // Members that clients of this dialect expect to be there.
        writer.WriteNull("capabilities"u8);
        writer.WriteString("lifecycle"u8, model.IsRetired ? "retired"u8 : "active"u8);
        writer.WriteNull("line"u8);
        writer.WriteNull("deprecated_at"u8);
        writer.WriteNull("retires_at"u8);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
