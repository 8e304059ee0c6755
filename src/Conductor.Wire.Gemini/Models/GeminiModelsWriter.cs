using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>The list of models: types to bytes.</summary>
public static class GeminiModelsWriter
{
    /// <summary>Writes one page.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="models">Its models.</param>
    /// <param name="nextPage">The token of the next page; null for the last one.</param>
    public static void WriteList(IBufferWriter<byte> output, IEnumerable<GeminiModel> models, string? nextPage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(models);
        WireJson.Write(output, writer => WriteList(writer, models, nextPage));
    }

    /// <summary>Writes one page into an open document.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="models">Its models.</param>
    /// <param name="nextPage">The token of the next page; null for the last one.</param>
    public static void WriteList(Utf8JsonWriter writer, IEnumerable<GeminiModel> models, string? nextPage = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(models);
        writer.WriteStartObject();
        writer.WriteStartArray("models"u8);
        foreach (var model in models)
        {
            WriteRow(writer, model);
        }

        writer.WriteEndArray();
        WriteOptional(writer, "nextPageToken", nextPage);
        writer.WriteEndObject();
    }

    /// <summary>Writes one model.</summary>
    public static void WriteModel(IBufferWriter<byte> output, GeminiModel model)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        WireJson.Write(output, writer => WriteRow(writer, model));
    }

    /// <summary>Writes one model into an open document.</summary>
    public static void WriteRow(Utf8JsonWriter writer, GeminiModel model)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(model);
        writer.WriteStartObject();
        writer.WriteString("name"u8, "models/" + model.Id);
        WriteOptional(writer, "version", model.Version);
        writer.WriteString("displayName"u8, model.DisplayName ?? model.Id);
        WriteOptional(writer, "description", model.Description);
        WriteOptional(writer, "inputTokenLimit", model.InputTokenLimit);
        WriteOptional(writer, "outputTokenLimit", model.OutputTokenLimit);
        writer.WriteStartArray("supportedGenerationMethods"u8);
        foreach (var method in model.Methods)
        {
            writer.WriteStringValue(method);
        }

        writer.WriteEndArray();
        if (model.Thinks is { } thinks)
        {
            writer.WriteBoolean("thinking"u8, thinks);
        }

        writer.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
    }
}
