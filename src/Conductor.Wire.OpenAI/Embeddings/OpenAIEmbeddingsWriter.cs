using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Embeddings: types to bytes.</summary>
public static class OpenAIEmbeddingsWriter
{
    /// <summary>Writes a request. Vectors are asked for as numbers, which every compatible server can.</summary>
    public static void WriteRequest(IBufferWriter<byte> output, string model, IEnumerable<string> inputs, EmbeddingGenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteStartArray("input"u8);
            foreach (var input in inputs)
            {
                writer.WriteStringValue(input);
            }

            writer.WriteEndArray();
            if (options?.Dimensions is { } dimensions)
            {
                writer.WriteNumber("dimensions"u8, dimensions);
            }

            foreach (var (key, value) in options?.AdditionalProperties ?? [])
            {
                if (key is not ("model" or "input" or "dimensions" or "encoding_format") && !ChatKeys.IsNote(key))
                {
                    writer.WritePropertyName(key);
                    LooseValue.Write(writer, value, key);
                }
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>Writes an answer.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="vectors">One per input, in its order.</param>
    /// <param name="model">What the caller is told of the model.</param>
    /// <param name="usage">What it took; null where unknown, written as zero because clients demand the member.</param>
    /// <param name="base64">Whether the caller asked for base64.</param>
    public static void WriteResponse(IBufferWriter<byte> output, IReadOnlyList<ReadOnlyMemory<float>> vectors, string model, WireUsage? usage, bool base64)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(vectors);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "list"u8);
            writer.WriteStartArray("data"u8);
            for (var i = 0; i < vectors.Count; i++)
            {
                var vector = vectors[i].Span;
                writer.WriteStartObject();
                writer.WriteString("object"u8, "embedding"u8);
                writer.WriteNumber("index"u8, i);
                if (base64)
                {
                    var bytes = new byte[vector.Length * sizeof(float)];
                    for (var j = 0; j < vector.Length; j++)
                    {
                        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(j * sizeof(float)), vector[j]);
                    }

                    writer.WriteBase64String("embedding"u8, bytes);
                }
                else
                {
                    writer.WriteStartArray("embedding"u8);
                    foreach (var number in vector)
                    {
                        writer.WriteNumberValue(number);
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("model"u8, model);
            writer.WriteStartObject("usage"u8);
            writer.WriteNumber("prompt_tokens"u8, usage?.InputTokens ?? 0);
            writer.WriteNumber("total_tokens"u8, usage?.InputTokens ?? 0);
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}
