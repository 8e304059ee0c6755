using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Vectors: types to bytes.</summary>
public static class GeminiEmbeddingsWriter
{
    /// <summary>The key of <see cref="EmbeddingGenerationOptions.AdditionalProperties"/> for what the texts are for, as Google names it: `RETRIEVAL_QUERY` …</summary>
    public static string TaskTypeKey { get; } = ChatKeys.Of(GeminiKeys.Dialect, "taskType");

    /// <summary>Writes a request of `batchEmbedContents`.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="model">The model, with or without `models/`.</param>
    /// <param name="inputs">At most <see cref="GeminiEmbeddingsReader.MaxInputs"/>.</param>
    /// <param name="options">The vectors' length; members of this dialect under their keys.</param>
    public static void WriteRequest(IBufferWriter<byte> output, string model, IEnumerable<string> inputs, EmbeddingGenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("requests"u8);
            foreach (var input in inputs)
            {
                writer.WriteStartObject();
                writer.WriteString("model"u8, GeminiModelName.Resource(model));
                writer.WriteStartObject("content"u8);
                writer.WriteStartArray("parts"u8);
                writer.WriteStartObject();
                writer.WriteString("text"u8, input);
                writer.WriteEndObject();
                writer.WriteEndArray();
                writer.WriteEndObject();
                if (options?.Dimensions is { } dimensions)
                {
                    writer.WriteNumber("outputDimensionality"u8, dimensions);
                }

                foreach (var (name, value) in GeminiKeys.Kept(options?.AdditionalProperties, ""))
                {
                    writer.WritePropertyName(name);
                    LooseValue.Write(writer, value, name);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="vectors">One per input, in its order.</param>
    /// <param name="isBatch">Whether `batchEmbedContents` was asked, and not `embedContent`.</param>
    /// <param name="usage">What it took; left out where null.</param>
    public static void WriteResponse(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, bool isBatch, WireUsage? usage = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(vectors);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            if (isBatch)
            {
                writer.WriteStartArray("embeddings"u8);
                foreach (var vector in vectors)
                {
                    WriteVector(writer, vector.Span);
                }

                writer.WriteEndArray();
            }
            else
            {
                writer.WritePropertyName("embedding"u8);
                WriteVector(writer, vectors[0].Span);
            }

            if (usage is { } stated)
            {
                writer.WriteStartObject("usageMetadata"u8);
                writer.WriteNumber("promptTokenCount"u8, stated.InputTokens);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteVector(Utf8JsonWriter writer, ReadOnlySpan<float> vector)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("values"u8);
        foreach (var number in vector)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
