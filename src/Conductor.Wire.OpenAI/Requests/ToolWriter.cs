using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes `tools`, `tool_choice` and `parallel_tool_calls`.</summary>
internal static class ToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatOptions options, LossReport losses)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        writer.WriteStartArray("tools"u8);
        for (var i = 0; i < tools.Count; i++)
        {
            WriteTool(writer, tools[i], $"tools[{i}]", losses);
        }

        writer.WriteEndArray();
        switch (options.ToolMode)
        {
            case NoneChatToolMode:
                writer.WriteString("tool_choice"u8, "none"u8);
                break;
            case AutoChatToolMode:
                writer.WriteString("tool_choice"u8, "auto"u8);
                break;
            case RequiredChatToolMode { RequiredFunctionName: null }:
                writer.WriteString("tool_choice"u8, "required"u8);
                break;
            case RequiredChatToolMode required:
                writer.WriteStartObject("tool_choice"u8);
                writer.WriteString("type"u8, "function"u8);
                writer.WriteStartObject("function"u8);
                writer.WriteString("name"u8, required.RequiredFunctionName);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
        }

        if (options.AllowMultipleToolCalls is { } parallel)
        {
            writer.WriteBoolean("parallel_tool_calls"u8, parallel);
        }
    }

    private static void WriteTool(Utf8JsonWriter writer, AITool tool, string path, LossReport losses)
    {
        if (tool.AdditionalProperties.TryGetValue(ChatKeys.RawTool, out var raw) && raw is JsonElement element)
        {
            element.WriteTo(writer);
            return;
        }

        if (tool is not AIFunctionDeclaration function)
        {
            throw new WireRequestException(path, $"'{path}' is a {tool.GetType().Name}; this dialect has only functions.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName("parameters"u8);
        function.JsonSchema.WriteTo(writer);
        if (function.AdditionalProperties.TryGetValue(ChatKeys.Strict, out var strict) && strict is bool flag)
        {
            writer.WriteBoolean("strict"u8, flag);
        }

        foreach (var (key, _) in function.AdditionalProperties)
        {
            // A cache breakpoint, or what only another dialect's tools have.
            if (key != ChatKeys.Strict && !ChatKeys.IsNote(key))
            {
                losses.Drop(key);
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
