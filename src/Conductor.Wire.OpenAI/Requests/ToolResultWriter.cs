using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes a function's result as the message of a tool.</summary>
internal static class ToolResultWriter
{
    public static void Write(Utf8JsonWriter writer, FunctionResultContent result, string path, LossReport losses)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("tool_call_id"u8, result.CallId);
        writer.WriteString("content"u8, Text(result.Result, path));
        if (result.AdditionalProperties?.TryGetValue(ChatKeys.ToolFailed, out bool failed) == true && failed)
        {
            losses.Drop("is_error"); // this dialect has no word for it; the text says so
        }

        ExtraMembers.DropAll(result.AdditionalProperties, losses);
        writer.WriteEndObject();
    }

    private static string? Text(object? result, string path) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
        TextContent text => text.Text,
        AIContent other => throw NoText(other, path),
        IEnumerable<AIContent> parts => string.Concat(parts.Select(part => part is TextContent text ? text.Text : throw NoText(part, path))),
        var value => ToolArguments.ToText(value, path + ".content"),
    };

    private static WireRequestException NoText(AIContent content, string path) =>
        new(path + ".content", $"'{path}.content' holds a {content.GetType().Name}; a tool's result is text in this dialect.", WireRequestCodes.Unsupported);
}
