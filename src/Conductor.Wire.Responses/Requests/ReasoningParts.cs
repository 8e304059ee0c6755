using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Writes `summary` and, where there is thinking itself, `content` of an item `reasoning`.</summary>
internal static class ReasoningParts
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<TextReasoningContent> parts)
    {
        writer.WriteStartArray("summary"u8);
        foreach (var part in parts.Where(part => !ReasoningItem.IsFull(part) && part.Text.Length > 0))
        {
            WritePart(writer, "summary_text", part.Text);
        }

        writer.WriteEndArray();
        if (parts.Any(ReasoningItem.IsFull))
        {
            writer.WriteStartArray("content"u8);
            foreach (var part in parts.Where(ReasoningItem.IsFull))
            {
                WritePart(writer, "reasoning_text", part.Text);
            }

            writer.WriteEndArray();
        }
    }

    public static void WritePart(Utf8JsonWriter writer, string type, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }
}
