using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes a `usage` object. Its input excludes what was read from or written to a cache.</summary>
internal static class UsageWriter
{
    public static void Write(Utf8JsonWriter writer, WireUsage usage)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("input_tokens"u8, Math.Max(0, usage.InputTokens - usage.CachedInputTokens - usage.CacheWriteTokens));
        writer.WriteNumber("cache_creation_input_tokens"u8, usage.CacheWriteTokens);
        writer.WriteNumber("cache_read_input_tokens"u8, usage.CachedInputTokens);
        writer.WriteStartObject("cache_creation"u8);
        writer.WriteNumber("ephemeral_5m_input_tokens"u8, Math.Max(0, usage.CacheWriteTokens - usage.CacheWriteHourTokens));
        writer.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheWriteHourTokens);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, usage.OutputTokens);
        writer.WriteStartObject("output_tokens_details"u8);
        writer.WriteNumber("thinking_tokens"u8, usage.ReasoningTokens);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
