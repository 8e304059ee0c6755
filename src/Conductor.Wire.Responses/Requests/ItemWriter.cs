using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Writes a message as the items that it is here.</summary>
internal static class ItemWriter
{
    public static void Write(Utf8JsonWriter writer, ChatMessage message, string path, LossReport loss)
    {
        if (message.AdditionalProperties?.TryGetValue(ResponsesKeys.Items, out JsonElement items) == true)
        {
            foreach (var item in items.EnumerateArray())
            {
                WriteAsItCame(writer, item, loss);
            }

            return;
        }

        if (message.AuthorName is { Length: > 0 })
        {
            loss.Drop("messages.name");
        }

        foreach (var key in message.AdditionalProperties?.Keys ?? Enumerable.Empty<string>())
        {
            if (ChatKeys.TrySplit(key, out var dialect, out _) && dialect != ResponsesKeys.Dialect)
            {
                loss.Drop(key);
            }
        }

        var isAssistant = message.Role == ChatRole.Assistant;
        var contents = message.Contents;
        foreach (var content in contents)
        {
            ContentLosses.Note(content, ResponsesKeys.Dialect, saysSignatures: true, loss);
        }

        for (var i = 0; i < contents.Count;)
        {
            switch (contents[i])
            {
                case FunctionResultContent result:
                    WriteResult(writer, result, $"{path}.content[{i}]");
                    i++;
                    break;
                case FunctionCallContent call:
                    WriteCall(writer, call);
                    i++;
                    break;
                case TextReasoningContent:
                    i = WriteReasoning(writer, contents, i, loss);
                    break;
                case UsageContent:
                    i++;
                    break;
                case { AdditionalProperties: { } extra } when extra.TryGetValue(ResponsesKeys.RawItem, out JsonElement raw):
                    raw.WriteTo(writer);
                    i++;
                    break;
                default:
                    i = WriteMessage(writer, message.Role, contents, i, isAssistant, path);
                    break;
            }
        }

        if (contents.Count == 0)
        {
            WriteMessage(writer, message.Role, [new TextContent("")], 0, isAssistant, path);
        }
    }

    /// <summary>But for thinking that another maker sealed, or nobody.</summary>
    private static void WriteAsItCame(Utf8JsonWriter writer, JsonElement item, LossReport loss)
    {
        if (AnswerJson.String(item, "type"u8) == "reasoning" && !Signatures.IsOpenAI(AnswerJson.String(item, "encrypted_content"u8)))
        {
            loss.Drop("messages.reasoning_content");
            return;
        }

        item.WriteTo(writer);
    }

    private static bool IsPart(AIContent content) =>
        content is not (FunctionResultContent or FunctionCallContent or TextReasoningContent or UsageContent)
        && content.AdditionalProperties?.ContainsKey(ResponsesKeys.RawItem) != true;

    private static int WriteMessage(Utf8JsonWriter writer, ChatRole role, IList<AIContent> contents, int first, bool isAssistant, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, isAssistant ? "assistant" : role.Value switch
        {
            "system" or "developer" or "user" => role.Value,
            _ => throw new WireRequestException($"{path}.role", $"'{path}.role' is '{role.Value}', which this dialect does not have.", WireRequestCodes.Unsupported),
        });
        writer.WriteStartArray("content"u8);
        var index = first;
        for (; index < contents.Count && IsPart(contents[index]); index++)
        {
            InputPartWriter.Write(writer, contents[index], isAssistant, $"{path}.content[{index}]");
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        return index;
    }

    private static void WriteCall(Utf8JsonWriter writer, FunctionCallContent call)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function_call"u8);
        writer.WriteString("call_id"u8, call.CallId);
        writer.WriteString("name"u8, call.Name);
        writer.WriteString("arguments"u8, CallArguments.ToText(call));
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, FunctionResultContent result, string path)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "function_call_output"u8);
        writer.WriteString("call_id"u8, result.CallId);
        if (result.Result is IEnumerable<AIContent> parts)
        {
            writer.WriteStartArray("output"u8);
            foreach (var part in parts)
            {
                InputPartWriter.Write(writer, part, isAssistant: false, path);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("output"u8, result.Result switch
            {
                null => "",
                string text => text,
                JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
                TextContent text => text.Text,
                var value => CallArguments.ToText(value, path),
            });
        }

        writer.WriteEndObject();
    }

    /// <summary>Neighbours of one item are one item. Thinking that OpenAI did not seal says nothing to its servers: they refuse it.</summary>
    private static int WriteReasoning(Utf8JsonWriter writer, IList<AIContent> contents, int first, LossReport loss)
    {
        var parts = new List<TextReasoningContent>();
        var id = ReasoningItem.IdOf(contents[first]);
        var end = first;
        for (; end < contents.Count && contents[end] is TextReasoningContent part && ReasoningItem.IdOf(part) == id; end++)
        {
            parts.Add(part);
            if (part.ProtectedData is { Length: > 0 })
            {
                end++;
                break;
            }
        }

        var seal = parts[^1];
        if (seal.ProtectedData is not { Length: > 0 } || Signatures.MakerOf(seal) is not (null or Signatures.OpenAI))
        {
            loss.Drop("messages.reasoning_content");
            return end;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "reasoning"u8);
        if (id is not null)
        {
            writer.WriteString("id"u8, id);
        }

        ReasoningParts.Write(writer, parts);
        writer.WriteString("encrypted_content"u8, seal.ProtectedData);
        writer.WriteEndObject();
        return end;
    }
}
