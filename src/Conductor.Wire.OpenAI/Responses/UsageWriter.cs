using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes a `usage` object.</summary>
internal static class UsageWriter
{
    public static void Write(Utf8JsonWriter writer, WireUsage usage)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("prompt_tokens"u8, usage.InputTokens);
        writer.WriteNumber("completion_tokens"u8, usage.OutputTokens);
        writer.WriteNumber("total_tokens"u8, usage.InputTokens + usage.OutputTokens);
        writer.WriteStartObject("prompt_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, usage.CachedInputTokens);
        if (usage.CacheWriteTokens > 0)
        {
            writer.WriteNumber("cache_write_tokens"u8, usage.CacheWriteTokens);
        }

        WriteMedia(writer, usage.AudioInputTokens, usage.ImageInputTokens);
        writer.WriteEndObject();
        writer.WriteStartObject("completion_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        WriteMedia(writer, usage.AudioOutputTokens, usage.ImageOutputTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter writer, long audio, long images)
    {
        if (audio > 0)
        {
            writer.WriteNumber("audio_tokens"u8, audio);
        }

        if (images > 0)
        {
            writer.WriteNumber("image_tokens"u8, images);
        }
    }
}
