using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes `tools` and `tool_choice`.</summary>
internal static class ToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatOptions options, LossReport left)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        writer.WriteStartArray("tools"u8);
        for (var i = 0; i < tools.Count; i++)
        {
            WriteTool(writer, tools[i], $"tools[{i}]", left);
        }

        writer.WriteEndArray();
        WriteChoice(writer, options);
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatOptions options)
    {
        var (type, name) = options.ToolMode switch
        {
            NoneChatToolMode => ("none", null),
            AutoChatToolMode => ("auto", null),
            RequiredChatToolMode { RequiredFunctionName: { } required } => ("tool", required),
            RequiredChatToolMode => ("any", null),
            _ => options.AllowMultipleToolCalls is null ? (null, null) : ("auto", (string?)null),
        };
        if (type is null)
        {
            return;
        }

        writer.WriteStartObject("tool_choice"u8);
        writer.WriteString("type"u8, type);
        if (name is not null)
        {
            writer.WriteString("name"u8, name);
        }

        if (options.AllowMultipleToolCalls is { } several && type != "none")
        {
            writer.WriteBoolean("disable_parallel_tool_use"u8, !several);
        }

        writer.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter writer, AITool tool, string path, LossReport left)
    {
        if (tool.AdditionalProperties.TryGetValue(AnthropicKeys.Tool, out var raw) && raw is JsonElement element)
        {
            element.WriteTo(writer);
            return;
        }

        if (tool is not AIFunctionDeclaration function || tool.AdditionalProperties.ContainsKey(ChatKeys.RawTool))
        {
            throw new WireRequestException(path, $"'{path}' is no function, and Anthropic does not know it.", WireRequestCodes.Unsupported);
        }

        writer.WriteStartObject();
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName("input_schema"u8);
        WriteSchema(writer, function.JsonSchema, path);
        foreach (var (key, value) in function.AdditionalProperties)
        {
            if (key == ChatKeys.Strict && value is bool strict)
            {
                writer.WriteBoolean("strict"u8, strict);
            }
            else if (key == ChatKeys.CacheControl || AnthropicKeys.MemberOf(key) is not null)
            {
                writer.WritePropertyName(AnthropicKeys.MemberOf(key) ?? key);
                LooseValue.Write(writer, value, path);
            }
            else if (key != ChatKeys.Strict && !ChatKeys.IsNote(key) && ChatKeys.TrySplit(key, out _, out _))
            {
                left.Drop(key);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The schema has to say that it is an object's; many leave that to be understood.</summary>
    private static void WriteSchema(Utf8JsonWriter writer, JsonElement schema, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "object"u8);
            writer.WriteStartObject("properties"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
            return;
        }

        if (schema.TryGetProperty("type"u8, out var type))
        {
            if (type.ValueKind != JsonValueKind.String || !type.ValueEquals("object"u8))
            {
                throw new WireRequestException($"{path}.function.parameters", $"'{path}.function.parameters' must be the schema of an object.", WireRequestCodes.InvalidValue);
            }

            schema.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "object"u8);
        foreach (var member in schema.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
