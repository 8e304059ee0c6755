using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>Writes the messages of a request: text is one string, images stand beside it, a tool's result names its tool.</summary>
internal static class OllamaMessageWriter
{
    public static void WriteAll(Utf8JsonWriter writer, IEnumerable<ChatMessage> messages, string? instructions, LossReport left)
    {
        // By call id: a result bears the id only, and the wire wants the tool's name.
        var tools = new Dictionary<string, string>(StringComparer.Ordinal);
        writer.WriteStartArray("messages"u8);
        if (!string.IsNullOrEmpty(instructions))
        {
            Write(writer, new ChatMessage(ChatRole.System, instructions), "instructions", tools, left);
        }

        var index = 0;
        foreach (var message in messages)
        {
            Write(writer, message, $"messages[{index++}]", tools, left);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ChatMessage message, string path, Dictionary<string, string> tools, LossReport left)
    {
        Note(message, left);
        foreach (var content in message.Contents)
        {
            ContentLosses.Note(content, "ollama", saysSignatures: false, left);
        }

        var results = message.Contents.OfType<FunctionResultContent>().ToList();
        foreach (var result in results)
        {
            WriteResult(writer, result, path, tools);
        }

        if (results.Count > 0)
        {
            // On this wire a result stands alone; what was said beside it is a message after it.
            var rest = message.Contents.Where(content => content is not FunctionResultContent).ToList();
            if (rest.Count > 0)
            {
                Write(writer, new ChatMessage(message.Role, rest), path, tools, left);
            }

            return;
        }

        writer.WriteStartObject();
        writer.WriteString("role"u8, RoleOf(message, path));
        var text = new StringBuilder();
        var thinking = new StringBuilder();
        List<DataContent> images = [];
        List<FunctionCallContent> calls = [];
        for (var i = 0; i < message.Contents.Count; i++)
        {
            switch (message.Contents[i])
            {
                case TextReasoningContent thought:
                    thinking.Append(thought.Text);
                    break;
                case TextContent piece:
                    text.Append(piece.Text);
                    break;
                case ErrorContent refusal:
                    text.Append(refusal.Message); // what an assistant said when it refused
                    break;
                case DataContent image when image.HasTopLevelMediaType("image"):
                    images.Add(image);
                    break;
                case UriContent uri when uri.HasTopLevelMediaType("image"):
                    throw new WireRequestException(
                        $"{path}.content[{i}]", $"'{path}.content[{i}]' is the address of an image, and Ollama takes images as data only. Send it as a data URL with base64.", WireRequestCodes.Unsupported);
                case FunctionCallContent call:
                    calls.Add(call);
                    break;
                case UsageContent:
                    break;
                default:
                    throw new WireRequestException($"{path}.content[{i}]", $"'{path}.content[{i}]' is neither text nor an image, and Ollama takes nothing else.", WireRequestCodes.Unsupported);
            }
        }

        writer.WriteString("content"u8, text.ToString());
        if (thinking.Length > 0)
        {
            writer.WriteString("thinking"u8, thinking.ToString());
        }

        WriteImages(writer, images, left);
        WriteCalls(writer, calls, path, tools);
        writer.WriteEndObject();
    }

    private static void WriteImages(Utf8JsonWriter writer, List<DataContent> images, LossReport left)
    {
        if (images.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("images"u8);
        foreach (var image in images)
        {
            writer.WriteStringValue(image.Base64Data.Span); // without the data URL's head
            if (image.AdditionalProperties?.TryGetValue("detail", out var detail) == true && detail?.ToString() != "auto")
            {
                left.Drop("messages.content.image_url.detail");
            }
        }

        writer.WriteEndArray();
    }

    private static void WriteCalls(Utf8JsonWriter writer, List<FunctionCallContent> calls, string path, Dictionary<string, string> tools)
    {
        if (calls.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("tool_calls"u8);
        for (var i = 0; i < calls.Count; i++)
        {
            var call = calls[i];
            tools[call.CallId] = call.Name;
            writer.WriteStartObject();
            writer.WriteString("id"u8, call.CallId);
            writer.WriteStartObject("function"u8);
            writer.WriteNumber("index"u8, i);
            writer.WriteString("name"u8, call.Name);
            writer.WritePropertyName("arguments"u8);
            if (call.Arguments is null && (call.Exception is not null || call.AdditionalProperties is { Count: > 0 }))
            {
                // A model had written something that is no object; there is no place for it here, and leaving it out would change what was said.
                throw new WireRequestException(
                    $"{path}.tool_calls[{i}].function.arguments", $"'{path}.tool_calls[{i}].function.arguments' is not a JSON object, and Ollama takes no other arguments.", WireRequestCodes.Unsupported);
            }

            LooseValue.Write(writer, call.Arguments ?? new Dictionary<string, object?>(), path);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteResult(Utf8JsonWriter writer, FunctionResultContent result, string path, Dictionary<string, string> tools)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("content"u8, result.Result switch
        {
            null => "",
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
            TextContent text => text.Text,
            var value => JsonText(value, path),
        });
        if (tools.TryGetValue(result.CallId, out var tool))
        {
            writer.WriteString("tool_name"u8, tool);
        }

        writer.WriteString("tool_call_id"u8, result.CallId);
        writer.WriteEndObject();
    }

    private static string JsonText(object value, string path)
    {
        var output = new ArrayBufferWriter<byte>();
        OllamaJson.Write(output, writer => LooseValue.Write(writer, value, path + ".content"));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string RoleOf(ChatMessage message, string path) => message.Role.Value switch
    {
        "developer" => "system", // OpenAI's newer name for it
        "system" or "user" or "assistant" or "tool" => message.Role.Value,
        _ => throw new WireRequestException($"{path}.role", $"'{path}.role' is not 'system', 'user', 'assistant' or 'tool', and Ollama knows no others.", WireRequestCodes.Unsupported),
    };

    private static void Note(ChatMessage message, LossReport left)
    {
        if (!string.IsNullOrEmpty(message.AuthorName))
        {
            left.Drop("messages.name");
        }

        foreach (var name in message.AdditionalProperties?.Keys ?? Enumerable.Empty<string>())
        {
            if (!ChatKeys.IsNote(name))
            {
                left.Drop(ChatKeys.TrySplit(name, out _, out _) ? name : "messages." + name);
            }
        }
    }
}
