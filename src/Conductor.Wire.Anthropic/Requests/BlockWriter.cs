using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes the blocks of a request's messages.</summary>
internal sealed class BlockWriter(Utf8JsonWriter writer, LossReport left)
{
    private readonly ToolIds _ids = new(left);

    public void WriteAll(IEnumerable<(AIContent Content, string Path)> contents)
    {
        writer.WriteStartArray();
        foreach (var (content, path) in contents)
        {
            Write(content, path);
        }

        writer.WriteEndArray();
    }

    private void Write(AIContent content, string path)
    {
        if (AnthropicKeys.RawBlock(content) is { } raw)
        {
            raw.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        switch (content)
        {
            case TextContent text:
                writer.WriteString("type"u8, "text"u8);
                writer.WriteString("text"u8, text.Text);
                break;
            case TextReasoningContent reasoning when SignatureText.IsRedacted(reasoning):
                writer.WriteString("type"u8, "redacted_thinking"u8);
                writer.WriteString("data"u8, reasoning.ProtectedData);
                break;
            case TextReasoningContent reasoning:
                writer.WriteString("type"u8, "thinking"u8);
                writer.WriteString("thinking"u8, reasoning.Text);
                writer.WriteString("signature"u8, reasoning.ProtectedData);
                break;
            case FunctionCallContent call:
                WriteCall(call, path);
                break;
            case FunctionResultContent result:
                WriteResult(result, path);
                break;
            case DataContent or UriContent or HostedFileContent:
                SourceWriter.Write(writer, content, path);
                break;
            default:
                throw new WireRequestException(path, $"'{path}' is of a kind that Anthropic's messages cannot hold.", WireRequestCodes.Unsupported);
        }

        WriteExtra(content, path);
        writer.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent call, string path)
    {
        if (call.Arguments is null && (call.Exception is not null || call.AdditionalProperties?.ContainsKey(ChatKeys.RawArguments) == true))
        {
            // A model had written something that is no object; there is no place for it here, and leaving it out would change what was said.
            throw new WireRequestException(path, $"The arguments of '{path}' are not a JSON object, and Anthropic takes no others.", WireRequestCodes.Unsupported);
        }

        writer.WriteString("type"u8, "tool_use"u8);
        writer.WriteString("id"u8, _ids.Of(call.CallId));
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("input"u8);
        LooseValue.Write(writer, call.Arguments ?? new Dictionary<string, object?>(), path + ".input");
    }

    private void WriteResult(FunctionResultContent result, string path)
    {
        writer.WriteString("type"u8, "tool_result"u8);
        writer.WriteString("tool_use_id"u8, _ids.Of(result.CallId));
        switch (result.Result)
        {
            case IEnumerable<AIContent> contents:
                writer.WritePropertyName("content"u8);
                var at = 0;
                WriteAll(contents.Select(content => (content, $"{path}.content[{at++}]")).Where(item => item.content is not TextContent { Text.Length: 0 }));
                break;
            case AIContent content and not TextContent:
                writer.WritePropertyName("content"u8);
                WriteAll([(content, path + ".content")]);
                break;
            case var value:
                WriteText(value, path);
                break;
        }

        if (result.AdditionalProperties?.TryGetValue(ChatKeys.ToolFailed, out var failed) == true && failed is bool isError)
        {
            writer.WriteBoolean("is_error"u8, isError);
        }
        else if (result.Exception is not null)
        {
            writer.WriteBoolean("is_error"u8, true);
        }
    }

    private void WriteText(object? value, string path)
    {
        var text = value switch
        {
            null => "",
            string plain => plain,
            JsonElement { ValueKind: JsonValueKind.String } plain => plain.GetString()!,
            TextContent plain => plain.Text,
            _ => JsonText(value, path + ".content"),
        };
        if (text.Length > 0)
        {
            writer.WriteString("content"u8, text);
        }
    }

    private void WriteExtra(AIContent content, string path)
    {
        foreach (var (key, value) in content.AdditionalProperties ?? [])
        {
            if (key == ChatKeys.CacheControl)
            {
                writer.WritePropertyName("cache_control"u8);
                LooseValue.Write(writer, value, path);
            }
            else if (AnthropicKeys.MemberOf(key) is { } member)
            {
                if (key != AnthropicKeys.Kind)
                {
                    writer.WritePropertyName(member);
                    LooseValue.Write(writer, value, path);
                }
            }
            else if (key == ChatKeys.ThoughtSignature)
            {
                left.Drop("messages.tool_calls.extra_content");
            }
            else if (!ChatKeys.IsNote(key) && !(key == "detail" && OptionValue.Text(value) == "auto"))
            {
                left.Drop(ChatKeys.TrySplit(key, out _, out _) ? key : key == "detail" ? "messages.content.image_url.detail" : "messages.content." + key);
            }
        }
    }

    private static string JsonText(object value, string path)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        WireJson.Write(output, json => LooseValue.Write(json, value, path));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
