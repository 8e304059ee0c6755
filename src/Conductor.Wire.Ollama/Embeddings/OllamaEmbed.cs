using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>`/api/embed`: texts to vectors.</summary>
public static class OllamaEmbed
{
    /// <summary>Writes a request. A text that is too long is an error, never cut.</summary>
    public static void Write(IBufferWriter<byte> output, string model, IReadOnlyList<string> inputs, int? dimensions, OllamaServing serving)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(serving);
        OllamaJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("model"u8, model);
            writer.WriteStartArray("input"u8);
            foreach (var input in inputs)
            {
                writer.WriteStringValue(input);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("truncate"u8, false);
            if (dimensions is { } wanted)
            {
                writer.WriteNumber("dimensions"u8, wanted);
            }

            serving.WriteKeepAlive(writer);
            if (serving.NumCtx is { } numCtx)
            {
                writer.WriteStartObject("options"u8);
                writer.WriteNumber("num_ctx"u8, numCtx);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>Reads an answer.</summary>
    /// <returns>The vectors in the order of the inputs, and the tokens that went in; null where the server did not say.</returns>
    /// <exception cref="WireResponseException">The bytes are no such answer.</exception>
    public static (IReadOnlyList<float[]> Vectors, long? InputTokens) Read(ReadOnlySpan<byte> body) => OllamaJson.Read<(IReadOnlyList<float[]>, long?)>(body, root =>
    {
        var rows = OllamaJson.Member(root, "embeddings"u8, JsonValueKind.Array) ?? throw new WireResponseException("The answer has no 'embeddings'.");
        List<float[]> vectors = new(rows.GetArrayLength());
        foreach (var row in rows.EnumerateArray())
        {
            var vector = new float[row.GetArrayLength()];
            var i = 0;
            foreach (var number in row.EnumerateArray())
            {
                vector[i] = number.GetSingle();
                if (!float.IsFinite(vector[i++]))
                {
                    throw new WireResponseException("A vector holds a number that is not finite.");
                }
            }

            vectors.Add(vector.Length > 0 ? vector : throw new WireResponseException("A vector is empty."));
        }

        // Absent when zero, and no text is zero tokens long.
        return (vectors, OllamaJson.Count(root, "prompt_eval_count"u8) is > 0 and var count ? count : null);
    });
}
