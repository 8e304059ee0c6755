using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes `tools` and `toolConfig`.</summary>
internal static class ToolWriter
{
    public static void Write(Utf8JsonWriter writer, ChatOptions? options, LossReport losses)
    {
        if (options is null)
        {
            return;
        }

        var tools = options.Tools ?? [];
        if (tools.Count > 0)
        {
            WriteTools(writer, tools, losses);
        }

        if (tools.Count > 0 && options.AllowMultipleToolCalls == false)
        {
            losses.Drop("parallel_tool_calls");
        }

        WriteConfig(writer, options, tools.Count > 0, losses);
    }

    private static void WriteTools(Utf8JsonWriter writer, IList<AITool> tools, LossReport losses)
    {
        writer.WriteStartArray("tools"u8);
        var functions = tools.OfType<AIFunctionDeclaration>().ToList();
        if (functions.Count > 0)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("functionDeclarations"u8);
            foreach (var function in functions)
            {
                WriteFunction(writer, function, losses);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        for (var i = 0; i < tools.Count; i++)
        {
            switch (tools[i])
            {
                case AIFunctionDeclaration:
                    break;
                case var tool when tool.AdditionalProperties.TryGetValue(GeminiKeys.Tool, out var raw) && raw is JsonElement element:
                    element.WriteTo(writer);
                    break;
                case HostedWebSearchTool:
                    WriteEmpty(writer, "googleSearch");
                    break;
                case HostedCodeInterpreterTool:
                    WriteEmpty(writer, "codeExecution");
                    break;
                default:
                    throw new WireRequestException($"tools[{i}]", $"'tools[{i}]' is no function, and no tool that Gemini has.", WireRequestCodes.Unsupported);
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteEmpty(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(name);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteFunction(Utf8JsonWriter writer, AIFunctionDeclaration function, LossReport losses)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, function.Name);
        if (!string.IsNullOrEmpty(function.Description))
        {
            writer.WriteString("description"u8, function.Description);
        }

        writer.WritePropertyName("parametersJsonSchema"u8);
        function.JsonSchema.WriteTo(writer);
        foreach (var (name, value) in function.AdditionalProperties)
        {
            if (ChatKeys.TrySplit(name, out var dialect, out var member) && dialect == GeminiKeys.Dialect)
            {
                writer.WritePropertyName(member);
                LooseValue.Write(writer, value, name);
            }
            else if (name == ChatKeys.Strict ? OptionValue.Boolean(value) == true : !ChatKeys.IsNote(name))
            {
                losses.Drop(dialect.Length > 0 ? name : "tools.function." + name);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteConfig(Utf8JsonWriter writer, ChatOptions options, bool hasTools, LossReport losses)
    {
        var (mode, names) = hasTools ? Choice(options, losses) : (null, []);
        var kept = GeminiKeys.Kept(options.AdditionalProperties, GeminiKeys.ToolConfigPath).ToList();
        var calling = kept.Where(member => member.Path.StartsWith("functionCallingConfig.", StringComparison.Ordinal)).ToList();
        // `VALIDATED` is `AUTO` and more.
        if (mode is null or "AUTO" or "VALIDATED" && calling.Find(member => member.Path == "functionCallingConfig.mode") is { Value: { } own })
        {
            mode = OptionValue.Text(own);
        }

        if (mode is null && kept.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("toolConfig"u8);
        if (mode is not null || calling.Count > 0)
        {
            writer.WriteStartObject("functionCallingConfig"u8);
            if (mode is not null)
            {
                writer.WriteString("mode"u8, mode);
            }

            if (names.Count > 0)
            {
                writer.WriteStartArray("allowedFunctionNames"u8);
                foreach (var name in names)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
            }

            foreach (var (path, value) in calling.Where(member => member.Path != "functionCallingConfig.mode"))
            {
                writer.WritePropertyName(path["functionCallingConfig.".Length..]);
                LooseValue.Write(writer, value, path);
            }

            writer.WriteEndObject();
        }

        foreach (var (path, value) in kept.Except(calling))
        {
            writer.WritePropertyName(path);
            LooseValue.Write(writer, value, path);
        }

        writer.WriteEndObject();
    }

    private static (string? Mode, IReadOnlyList<string> Names) Choice(ChatOptions options, LossReport losses)
    {
        losses.MarkSaid("tool_choice");
        switch (options.ToolMode)
        {
            case NoneChatToolMode:
                return ("NONE", []);
            case AutoChatToolMode:
                return ("AUTO", []);
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                return ("ANY", [name]);
            case RequiredChatToolMode:
                return ("ANY", []);
        }

        if (options.AdditionalProperties?.TryGetValue("tool_choice", out JsonElement choice) != true || choice.ValueKind == JsonValueKind.Null)
        {
            return (null, []);
        }

        if (GeminiJson.Member(choice, "allowed_tools"u8, JsonValueKind.Object) is not { } allowed || GeminiJson.Member(allowed, "tools"u8, JsonValueKind.Array) is not { } tools)
        {
            throw new WireRequestException("tool_choice", "'tool_choice' names a tool that is no function, which Gemini's dialect cannot say.", WireRequestCodes.Unsupported);
        }

        var names = new List<string>();
        foreach (var tool in tools.EnumerateArray())
        {
            names.Add(GeminiJson.Member(tool, "function"u8, JsonValueKind.Object) is { } function && GeminiJson.String(function, "name"u8) is { } name
                ? name
                : throw new WireRequestException("tool_choice", "'tool_choice' allows a tool that is no function, which Gemini's dialect cannot say.", WireRequestCodes.Unsupported));
        }

        if (GeminiJson.String(allowed, "mode"u8) == "required")
        {
            return ("ANY", names);
        }

        // Names without having to call one are possible with `VALIDATED` only.
        if (options.AdditionalProperties.ContainsKey(ChatKeys.Of(GeminiKeys.Dialect, GeminiKeys.CallingPath + "mode")) == false)
        {
            losses.Change("tool_choice");
        }

        return ("VALIDATED", names);
    }
}
