using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Writes `usageMetadata`.</summary>
internal static class UsageWriter
{
    public static void Write(Utf8JsonWriter writer, WireUsage usage)
    {
        writer.WriteStartObject("usageMetadata"u8);
        writer.WriteNumber("promptTokenCount"u8, usage.InputTokens);
        writer.WriteNumber("candidatesTokenCount"u8, usage.OutputTokens - usage.ReasoningTokens);
        writer.WriteNumber("totalTokenCount"u8, usage.InputTokens + usage.OutputTokens);
        if (usage.CachedInputTokens > 0)
        {
            writer.WriteNumber("cachedContentTokenCount"u8, usage.CachedInputTokens);
        }

        if (usage.ReasoningTokens > 0)
        {
            writer.WriteNumber("thoughtsTokenCount"u8, usage.ReasoningTokens);
        }

        WriteDetails(writer, "promptTokensDetails"u8, usage.InputTokens, usage.AudioInputTokens, usage.ImageInputTokens);
        WriteDetails(writer, "candidatesTokensDetails"u8, usage.OutputTokens - usage.ReasoningTokens, usage.AudioOutputTokens, usage.ImageOutputTokens);
        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long all, long audio, long images)
    {
        if (audio <= 0 && images <= 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        Write("TEXT"u8, all - audio - images);
        Write("AUDIO"u8, audio);
        Write("IMAGE"u8, images);
        writer.WriteEndArray();

        void Write(ReadOnlySpan<byte> modality, long tokens)
        {
            if (tokens > 0)
            {
                writer.WriteStartObject();
                writer.WriteString("modality"u8, modality);
                writer.WriteNumber("tokenCount"u8, tokens);
                writer.WriteEndObject();
            }
        }
    }
}
