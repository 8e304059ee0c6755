using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes the messages of a request.</summary>
internal static class MessageWriter
{
    public static void Write(Utf8JsonWriter writer, ChatMessage message, string path)
    {
        var results = message.Contents.OfType<FunctionResultContent>().ToList();
        if (results.Count > 0)
        {
            // One message per result on this wire; Microsoft.Extensions.AI may hold several in one.
            foreach (var result in results)
            {
                WriteResult(writer, result, path);
            }

            return;
        }

        writer.WriteStartObject();
        writer.WriteString("role"u8, message.Role.Value);
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        var parts = message.Contents.Where(IsPart).ToList();
        if (parts.Count == 0 && calls.Count > 0)
        {
            writer.WriteNull("content"u8);
        }
        else if (parts.All(part => part is TextContent { AdditionalProperties: null or { Count: 0 } }))
        {
            writer.WriteString("content"u8, string.Concat(parts.Cast<TextContent>().Select(part => part.Text)));
        }
        else
        {
            writer.WriteStartArray("content"u8);
            for (var i = 0; i < parts.Count; i++)
            {
                PartWriter.Write(writer, parts[i], $"{path}.content[{i}]");
            }

            writer.WriteEndArray();
        }

        var thinking = string.Concat(message.Contents.OfType<TextReasoningContent>().Select(content => content.Text));
        if (thinking.Length > 0)
        {
            writer.WriteString("reasoning_content"u8, thinking);
        }

        if (message.AuthorName is { Length: > 0 } name)
        {
            writer.WriteString("name"u8, name);
        }

        if (calls.Count > 0)
        {
            WriteToolCalls(writer, calls, withIndex: false);
        }

        foreach (var (key, value) in message.AdditionalProperties ?? [])
        {
            if (key is not ("role" or "content" or "name" or "tool_calls" or "reasoning_content") && !ChatKeys.IsNote(key))
            {
                writer.WritePropertyName(key);
                LooseValue.Write(writer, value, path + "." + key);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>`tool_calls`, as a message or (with `index`) a stream's delta holds it.</summary>
    public static void WriteToolCalls(Utf8JsonWriter writer, IReadOnlyList<FunctionCallContent> calls, bool withIndex, int firstIndex = 0)
    {
        writer.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Count; i++)
        {
            writer.WriteStartObject();
            if (withIndex)
            {
                writer.WriteNumber("index"u8, firstIndex + i);
            }

            writer.WriteString("id"u8, calls[i].CallId);
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, calls[i].Name);
            writer.WriteString("arguments"u8, ToolArguments.ToText(calls[i]));
            writer.WriteEndObject();
            foreach (var (key, value) in calls[i].AdditionalProperties ?? [])
            {
                if (!ChatKeys.IsNote(key))
                {
                    writer.WritePropertyName(key);
                    LooseValue.Write(writer, value, key);
                }
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static bool IsPart(AIContent content) => content is not (FunctionCallContent or TextReasoningContent or UsageContent);

    private static void WriteResult(Utf8JsonWriter writer, FunctionResultContent result, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("tool_call_id"u8, result.CallId);
        writer.WriteString("content"u8, result.Result switch
        {
            null => "",
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
            TextContent text => text.Text,
            var value => ToolArguments.ToText(value, path + ".content"),
        });
        writer.WriteEndObject();
    }
}
