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

        writer.WriteEndObject();
    }
}
