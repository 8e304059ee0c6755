using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>The list of models: types to bytes.</summary>
public static class OpenAIModelsWriter
{
    /// <summary>Writes a list.</summary>
    public static void WriteList(IBufferWriter<byte> output, IEnumerable<OpenAIModel> models)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(models);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "list"u8);
            writer.WriteStartArray("data"u8);
            foreach (var model in models)
            {
                WriteRow(writer, model);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary>Writes one model.</summary>
    public static void WriteModel(IBufferWriter<byte> output, OpenAIModel model)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        WireJson.Write(output, writer => WriteRow(writer, model));
    }

    private static void WriteRow(Utf8JsonWriter writer, OpenAIModel model)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, model.Id);
        writer.WriteString("object"u8, "model"u8);
        writer.WriteNumber("created"u8, model.Created?.ToUnixTimeSeconds() ?? 0);
        writer.WriteString("owned_by"u8, model.OwnedBy);
        if (model.ContextWindow is { } window)
        {
            writer.WriteNumber("context_window"u8, window);
        }

        writer.WriteEndObject();
    }
}
