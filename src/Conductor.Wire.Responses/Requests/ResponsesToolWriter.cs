using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Writes `tools`, `tool_choice` and `parallel_tool_calls`.</summary>
internal static class ResponsesToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        writer.WriteStartArray("tools"u8);
        for (var i = 0; i < tools.Count; i++)
        {
            WriteTool(writer, tools[i], $"tools[{i}]");
        }

        writer.WriteEndArray();
        WriteChoice(writer, options.ToolMode, extra);
        if (options.AllowMultipleToolCalls is { } parallel)
        {
            writer.WriteBoolean("parallel_tool_calls"u8, parallel);
        }
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatToolMode? mode, AdditionalPropertiesDictionary extra)
    {
        switch (mode)
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
                writer.WriteString("name"u8, required.RequiredFunctionName);
                writer.WriteEndObject();
                break;
            default:
                if (extra.TryGetValue(ChatKeys.Of(ResponsesKeys.Dialect, "tool_choice"), out JsonElement own))
                {
                    writer.WritePropertyName("tool_choice"u8);
                    own.WriteTo(writer);
                }
                else if (extra.TryGetValue("tool_choice", out JsonElement chat))
                {
                    WriteChatChoice(writer, chat);
                }

                break;
        }
    }

    /// <summary>The chat dialect's `allowed_tools` and `custom`, which hold in a member of that name what stands beside the type here.</summary>
    private static void WriteChatChoice(Utf8JsonWriter writer, JsonElement choice)
    {
        var type = AnswerJson.String(choice, "type"u8);
        if (type == "custom" && AnswerJson.Member(choice, "custom"u8, JsonValueKind.Object) is { } custom && AnswerJson.String(custom, "name"u8) is { } name)
        {
            writer.WriteStartObject("tool_choice"u8);
            writer.WriteString("type"u8, "custom"u8);
            writer.WriteString("name"u8, name);
            writer.WriteEndObject();
            return;
        }

        if (type != "allowed_tools" || AnswerJson.Member(choice, "allowed_tools"u8, JsonValueKind.Object) is not { } allowed)
        {
            throw new WireRequestException("tool_choice", "'tool_choice' is of a kind that this dialect does not know.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject("tool_choice"u8);
        writer.WriteString("type"u8, "allowed_tools"u8);
        writer.WriteString("mode"u8, AnswerJson.String(allowed, "mode"u8) ?? "auto");
        writer.WriteStartArray("tools"u8);
        foreach (var tool in AnswerJson.Items(allowed, "tools"u8))
        {
            var kind = AnswerJson.String(tool, "type"u8) ?? "function";
            writer.WriteStartObject();
            writer.WriteString("type"u8, kind);
            foreach (var member in tool.EnumerateObject().Where(member => member.Name == kind && member.Value.ValueKind == JsonValueKind.Object))
            {
                writer.WriteString("name"u8, AnswerJson.String(member.Value, "name"u8));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter writer, AITool tool, string path)
    {
        if (tool.AdditionalProperties.TryGetValue(ResponsesKeys.RawTool, out var raw) && raw is JsonElement element)
        {
            element.WriteTo(writer);
            return;
        }

        if (tool.AdditionalProperties.TryGetValue(ChatKeys.RawTool, out var chat) && chat is JsonElement chatTool)
        {
            WriteChatTool(writer, chatTool, path);
            return;
        }

        if (tool is not AIFunctionDeclaration function)
        {
            throw new WireRequestException(path, $"'{path}' is a {tool.GetType().Name}; this dialect has functions and OpenAI's own tools only.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
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
        else if (function.AdditionalProperties.ContainsKey(ResponsesKeys.ServersStrict))
        {
            writer.WriteNull("strict"u8);
        }
        else
        {
            writer.WriteBoolean("strict"u8, false); // elsewhere a schema is no promise unless it says so; here it is unless it says not
        }

        foreach (var (key, value) in function.AdditionalProperties)
        {
            if (ChatKeys.TrySplit(key, out var dialect, out var member) && dialect == ResponsesKeys.Dialect)
            {
                writer.WritePropertyName(member);
                LooseValue.Write(writer, value, $"{path}.{member}");
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The chat dialect's custom tool, whose members stand beside the type here.</summary>
    private static void WriteChatTool(Utf8JsonWriter writer, JsonElement tool, string path)
    {
        if (AnswerJson.String(tool, "type"u8) != "custom" || AnswerJson.Member(tool, "custom"u8, JsonValueKind.Object) is not { } custom)
        {
            throw new WireRequestException(path, $"'{path}' is of a kind that this dialect does not know.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "custom"u8);
        foreach (var member in custom.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
