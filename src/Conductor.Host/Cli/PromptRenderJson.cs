using System.Text;
using System.Text.Json;
using Conductor.Prompts;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Cli;

/// <summary>A rendered prompt as JSON: `{text, chat, settings, parameters}`, or `{error: {stage, type, message, file, line}}`.</summary>
internal static class PromptRenderJson
{
    public static void Write(Utf8JsonWriter json, PromptRender render)
    {
        json.WriteStartObject();
        if (render.Mistake is { } mistake)
        {
            WriteError(json, render, mistake);
        }
        else
        {
            WriteText(json, "text", render.Rendered!.Text);
            json.WriteStartArray("chat");
            foreach (var message in render.Rendered.Messages)
            {
                WriteMessage(json, message);
            }

            json.WriteEndArray();
            WriteSettings(json, render.Settings);
            WriteParameters(json, render.Variables);
        }

        json.WriteEndObject();
    }

    /// <summary>A value of the settings as a person reads it: text as it is, the rest as JSON.</summary>
    public static string ToText(object? value)
    {
        if (value is string text)
        {
            return text;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteValue(json, value);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteError(Utf8JsonWriter json, PromptRender render, PromptException mistake)
    {
        json.WriteStartObject("error");
        json.WriteString("stage", render.Stage);
        json.WriteString("type", mistake.SemanticKernelException);
        WriteText(json, "message", mistake.Message);
        WriteText(json, "file", render.Source);
        if (mistake is PromptFormatException { Line: > 0 and var line })
        {
            json.WriteNumber("line", line);
        }

        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        WriteText(json, "role", message.Role.Value);
        if (message.Contents.Count == 0 || message.Contents is [TextContent])
        {
            WriteText(json, "content", message.Contents.Count == 0 ? null : message.Text);
            json.WriteEndObject();
            return;
        }

        json.WriteStartArray("items");
        foreach (var content in message.Contents)
        {
            json.WriteStartObject();
            if (content is TextContent text)
            {
                WriteText(json, "text", text.Text);
            }
            else if (content.RawRepresentation is PromptItem item)
            {
                WriteText(json, item.Kind, item.Location);
                WriteText(json, "mimetype", item.MimeType);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>As Semantic Kernel holds them: `model_id` and `function_choice_behavior` typed, all else as the file has it, numbers as text.</summary>
    private static void WriteSettings(Utf8JsonWriter json, PromptSettings? settings)
    {
        json.WriteStartObject("settings");
        if (settings is not null)
        {
            if (!settings.ExtensionData.ContainsKey("service_id"))
            {
                json.WriteNull("service_id"); // the entry's key is none of its settings; 'service' beside them names it
            }

            WriteText(json, "model_id", settings.ModelId);
            WriteFunctionChoice(json, settings.FunctionChoice);
            foreach (var (name, value) in settings.ExtensionData)
            {
                json.WritePropertyName(WellFormed(name));
                WriteValue(json, value);
            }
        }

        json.WriteEndObject();
        WriteText(json, "service", settings?.ServiceId);
    }

    private static void WriteFunctionChoice(Utf8JsonWriter json, PromptFunctionChoice? choice)
    {
        if (choice is null)
        {
            return;
        }

        json.WriteStartObject("function_choice_behavior");
        json.WriteString("type", choice.Type);
        json.WritePropertyName("functions");
        WriteValue(json, choice.Functions);
        json.WriteStartObject("options");
        json.WritePropertyName("allow_parallel_calls");
        if (choice.AllowParallelCalls is { } isParallel)
        {
            json.WriteBooleanValue(isParallel);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteBoolean("allow_concurrent_invocation", choice.AllowConcurrentInvocation);
        json.WriteBoolean("allow_strict_schema_adherence", choice.AllowStrictSchemaAdherence);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, IReadOnlyList<PromptVariable> variables)
    {
        json.WriteStartArray("parameters");
        foreach (var variable in variables)
        {
            json.WriteStartObject();
            WriteText(json, "name", variable.Name);
            json.WriteBoolean("required", variable.IsRequired);
            WriteText(json, "default", variable.Default);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case IEnumerable<KeyValuePair<string, object?>> map:
                json.WriteStartObject();
                foreach (var (name, item) in map)
                {
                    json.WritePropertyName(WellFormed(name));
                    WriteValue(json, item);
                }

                json.WriteEndObject();
                break;
            case IEnumerable<object?> list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(WellFormed(value.ToString() ?? ""));
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text) => json.WriteString(name, text is null ? null : WellFormed(text));

    // A template may cut a surrogate pair in two, and JSON cannot carry half of one.
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
