using System.Buffers;

namespace Conductor.Wire.Ollama;

/// <summary>Writes vectors.</summary>
public static class OllamaListWriter
{
    /// <summary>The answer of `/api/embed`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="vectors">The vectors, in the order of the texts.</param>
    /// <param name="model">What the caller is told of the model.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="promptTokens">Null where nobody counted.</param>
    public static void WriteEmbed(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, string model, TimeSpan duration, long? promptTokens) => OllamaJson.Write(output, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("model"u8, model);
        writer.WriteStartArray("embeddings"u8);
        foreach (var vector in vectors)
        {
            WriteVector(writer, vector.Span);
        }

        writer.WriteEndArray();
        writer.WriteNumber("total_duration"u8, OllamaAnswerWriter.Nanoseconds(duration));
        writer.WriteNumber("load_duration"u8, 0);
        if (promptTokens is { } tokens)
        {
            writer.WriteNumber("prompt_eval_count"u8, tokens);
        }

        writer.WriteEndObject();
    });

    /// <summary>The answer of `/api/embeddings`.</summary>
    public static void WriteOldEmbedding(IBufferWriter<byte> output, ReadOnlyMemory<float> vector) => OllamaJson.Write(output, writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("embedding"u8);
        WriteVector(writer, vector.Span);
        writer.WriteEndObject();
    });

    private static void WriteVector(System.Text.Json.Utf8JsonWriter writer, ReadOnlySpan<float> vector)
    {
        writer.WriteStartArray();
        foreach (var number in vector)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
