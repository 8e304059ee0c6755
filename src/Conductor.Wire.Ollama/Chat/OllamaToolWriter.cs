using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>Writes `tools`. There is no choice among them on this wire: the model decides.</summary>
internal static class OllamaToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatOptions? options, LossReport left)
    {
        if (options?.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        if (options.ToolMode is RequiredChatToolMode)
        {
            throw new WireRequestException("tool_choice", "'tool_choice' can be 'auto' or 'none' here: Ollama cannot be made to call a tool.", WireRequestCodes.Unsupported);
        }

        if (options.AllowMultipleToolCalls == false)
        {
            left.Drop("parallel_tool_calls");
        }

        if (options.ToolMode is NoneChatToolMode)
        {
            return; // a model that is shown no tools calls none
        }

        writer.WriteStartArray("tools"u8);
        for (var i = 0; i < tools.Count; i++)
        {
            if (tools[i] is not AIFunctionDeclaration { Name.Length: > 0 } function)
            {
                throw new WireRequestException($"tools[{i}]", $"'tools[{i}]' is no function; Ollama has no others.", WireRequestCodes.Unsupported);
            }

            WriteFunction(writer, function);
            if (function.AdditionalProperties.TryGetValue("strict", out var strict) && OptionValue.IsTrue(strict))
            {
                left.Drop("tools.function.strict");
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter writer, AIFunctionDeclaration function)
    {
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
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
