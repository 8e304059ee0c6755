using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Ollama;

/// <summary>Log probabilities: the same rows as OpenAI's, which stand in an object there.</summary>
internal static class OllamaLogprobs
{
    public static JsonElement ToOpenAI(JsonElement rows)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("content"u8);
            foreach (var row in rows.EnumerateArray())
            {
                WriteRow(writer, row, withAlternatives: true);
            }

            writer.WriteEndArray();
            writer.WriteNull("refusal"u8);
            writer.WriteEndObject();
        }

        return JsonElement.Parse(output.WrittenSpan);
    }

    private static void WriteRow(Utf8JsonWriter writer, JsonElement row, bool withAlternatives)
    {
        writer.WriteStartObject();
        writer.WriteString("token"u8, OllamaJson.String(row, "token"u8) ?? "");
        writer.WriteNumber("logprob"u8, OllamaJson.Member(row, "logprob"u8, JsonValueKind.Number)?.GetDouble() is { } number && double.IsFinite(number) ? number : 0);
        writer.WritePropertyName("bytes"u8);
        if (OllamaJson.Member(row, "bytes"u8, JsonValueKind.Array) is { } bytes)
        {
            bytes.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }

        if (withAlternatives)
        {
            writer.WriteStartArray("top_logprobs"u8);
            foreach (var alternative in OllamaJson.Member(row, "top_logprobs"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
            {
                WriteRow(writer, alternative, withAlternatives: false);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
