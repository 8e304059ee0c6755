using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>Requests as Ollama's clients send them: bytes to types.</summary>
public static class OllamaRequestReader
{
    private const string Dialect = "ollama";

    /// <summary>Reads a request to `/api/chat`.</summary>
    /// <exception cref="WireRequestException">The body is no such request; the exception names the member.</exception>
    public static OllamaChatRequest ReadChat(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var options = new ChatOptions();
        var extra = new AdditionalPropertiesDictionary();
        foreach (var property in root.Value.EnumerateObject())
        {
            var member = new RequestElement(property.Value, property.Name);
            if (property.Name == "tools")
            {
                options.Tools = member.IsNull ? null : [.. member.Items().Select(OllamaToolReader.Read)];
            }
            else if (property.Name != "messages")
            {
                ReadCommon(member, options, extra);
            }
        }

        options.AdditionalProperties = extra.Count > 0 ? extra : null;
        var messages = root["messages"];
        return new OllamaChatRequest(messages.IsNull ? [] : OllamaMessageReader.ReadAll(messages), options) { IsStreaming = root["stream"].OptionalBoolean() ?? true };
    }

    /// <summary>Reads a request to `/api/generate`: its `system` and `prompt` are messages, its `images` stand beside the prompt.</summary>
    /// <exception cref="WireRequestException">As above, or it wants what only a server that runs the model itself can do: a raw prompt, a suffix, a template.</exception>
    public static OllamaChatRequest ReadGenerate(ReadOnlySpan<byte> body)
    {
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var options = new ChatOptions();
        var extra = new AdditionalPropertiesDictionary();
        foreach (var property in root.Value.EnumerateObject())
        {
            var member = new RequestElement(property.Value, property.Name);
            switch (property.Name)
            {
                case "prompt" or "system" or "images":
                    break;
                case "raw" when member.OptionalBoolean() == true:
                    throw Unsupported(member, "needs a model that takes a bare prompt without its template");
                case "raw":
                    break;
                case "suffix" or "template" when member.OptionalString() is { Length: > 0 }:
                    throw Unsupported(member, "can be followed by an Ollama only");
                case "suffix" or "template":
                    break;
                case "context" when member.IsNull || member.RequireArray().Value.GetArrayLength() == 0:
                    break;
                case "context":
                    throw Unsupported(member, "holds tokens that only the server which made them can read; send the conversation to /api/chat");
                default:
                    ReadCommon(member, options, extra);
                    break;
            }
        }

        options.AdditionalProperties = extra.Count > 0 ? extra : null;
        return new OllamaChatRequest(MessagesOf(root), options) { IsStreaming = root["stream"].OptionalBoolean() ?? true };
    }

    private static List<ChatMessage> MessagesOf(RequestElement root)
    {
        var prompt = root["prompt"].OptionalString() ?? "";
        List<AIContent> contents = prompt.Length > 0 ? [new TextContent(prompt)] : [];
        contents.AddRange(OllamaMessageReader.ReadImages(root["images"]));
        var messages = new List<ChatMessage>();
        if (contents.Count > 0)
        {
            if (root["system"].OptionalString() is { Length: > 0 } system)
            {
                messages.Add(new ChatMessage(ChatRole.System, system));
            }

            messages.Add(new ChatMessage(ChatRole.User, contents));
        }

        return messages;
    }

    private static void ReadCommon(RequestElement member, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        switch (member.Path)
        {
            case "stream" or "provider":
                break;
            case "model":
                options.ModelId = member.IsNull ? null : member.NonEmptyString();
                break;
            case "format":
                ReadFormat(member, options);
                break;
            case "think":
                ReadThink(member, options, extra);
                break;
            case "options":
                OllamaOptionsReader.Read(member, options, extra);
                break;
            case "logprobs":
                if (member.OptionalBoolean() == true)
                {
                    extra["logprobs"] = member.Value;
                }

                break;
            case "top_logprobs":
                if (member.OptionalInteger(0, 20) is > 0)
                {
                    extra["top_logprobs"] = member.Value;
                }

                break;
            default:
                if (!member.IsNull)
                {
                    extra[ChatKeys.Of(Dialect, member.Path)] = member.Value;
                }

                break;
        }
    }

    private static void ReadFormat(RequestElement format, ChatOptions options)
    {
        switch (format.Value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.String:
                options.ResponseFormat = format.String() switch
                {
                    "" => null,
                    "json" => ChatResponseFormat.Json,
                    _ => throw format.Invalid("must be 'json' or a JSON schema"),
                };
                break;
            case JsonValueKind.Object:
                options.ResponseFormat = ChatResponseFormat.ForJsonSchema(format.Value, "answer");
                break;
            default:
                throw format.WrongType("'json' or a JSON schema");
        }
    }

    private static void ReadThink(RequestElement think, ChatOptions options, AdditionalPropertiesDictionary extra)
    {
        switch (think.Value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.False:
                options.Reasoning = new ReasoningOptions { Effort = ReasoningEffort.None };
                break;
            case JsonValueKind.True:
                options.Reasoning = new ReasoningOptions { Effort = ReasoningEffort.Medium };
                break;
            case JsonValueKind.String:
                ReasoningEffort? effort = think.String() switch
                {
                    "low" => ReasoningEffort.Low,
                    "medium" => ReasoningEffort.Medium,
                    "high" => ReasoningEffort.High,
                    "" => null,
                    "max" => null,
                    _ => throw think.Invalid("must be true, false, 'low', 'medium', 'high' or 'max'"),
                };
                if (effort is not null)
                {
                    options.Reasoning = new ReasoningOptions { Effort = effort };
                }
                else if (think.String() == "max")
                {
                    extra["reasoning_effort"] = think.Value;
                }

                break;
            default:
                throw think.WrongType("true, false or a word");
        }
    }

    private static WireRequestException Unsupported(RequestElement member, string why) => new(member.Path, $"'{member.Path}' {why}.", WireRequestCodes.Unsupported);
}
