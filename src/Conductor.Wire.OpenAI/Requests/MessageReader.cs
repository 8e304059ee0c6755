using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Messages of a request.</summary>
internal static class MessageReader
{
    private static readonly ChatRole Developer = new("developer");
    private static readonly ChatRole Function = new("function");

    public static IReadOnlyList<ChatMessage> ReadAll(RequestElement messages)
    {
        if (messages.RequireArray().Value.GetArrayLength() == 0)
        {
            throw messages.Invalid("must not be empty");
        }

        return [.. messages.Items().Select(Read)];
    }

    private static ChatMessage Read(RequestElement message)
    {
        var role = message.RequireObject()["role"];
        return role.String() switch
        {
            "system" => ReadPlain(message, ChatRole.System),
            "developer" => ReadPlain(message, Developer),
            "user" => ReadPlain(message, ChatRole.User),
            "function" => ReadPlain(message, Function),
            "assistant" => ReadAssistant(message),
            "tool" => ReadTool(message),
            _ => throw role.Invalid("must be 'developer', 'system', 'user', 'assistant' or 'tool'"),
        };
    }

    private static ChatMessage ReadPlain(RequestElement message, ChatRole role)
    {
        var contents = PartReader.ReadContent(message["content"]);
        return Finish(message, new ChatMessage(role, contents), "role", "content", "name");
    }

    private static ChatMessage ReadAssistant(RequestElement message)
    {
        var contents = new List<AIContent>();
        contents.AddRange(ReasoningDetails.OfMessage(message.Value, OpenAIResponseReader.Reasoning(message.Value)));

        var content = message["content"];
        if (!content.IsNull)
        {
            contents.AddRange(PartReader.ReadContent(content));
        }

        if (message["refusal"].OptionalString() is { } refusal)
        {
            contents.Add(new ErrorContent(refusal) { ErrorCode = ChatKeys.Refusal });
        }

        if (message.Has("tool_calls"))
        {
            contents.AddRange(message["tool_calls"].Items().Select(ReadToolCall));
        }

        if (contents.Count == 0 && !message.Has("function_call") && !message.Has("audio"))
        {
            throw content.Invalid("may be absent from an assistant message only beside 'tool_calls' or 'refusal'");
        }

        return Finish(
            message, new ChatMessage(ChatRole.Assistant, contents), "role", "content", "name", "refusal", "tool_calls", "reasoning_content", "reasoning", "reasoning_text", ReasoningDetails.Member);
    }

    private static ChatMessage ReadTool(RequestElement message)
    {
        var id = message["tool_call_id"].NonEmptyString();
        var content = message["content"];
        string text;
        if (content.Value.ValueKind == JsonValueKind.Array)
        {
            text = string.Concat(content.Items().Select(part => part.RequireObject()["type"].String() == "text"
                ? part["text"].String()
                : throw part["type"].Invalid("must be 'text' in a tool message")));
        }
        else
        {
            text = content.String();
        }

        return Finish(message, new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, text)]), "role", "content", "name", "tool_call_id");
    }

    private static AIContent ReadToolCall(RequestElement call)
    {
        var id = call.RequireObject()["id"].NonEmptyString();
        if (call["type"].OptionalString() is { } type && type != "function")
        {
            throw call["type"].Invalid("must be 'function'");
        }

        var function = call["function"].RequireObject();
        var content = ToolArguments.ToContent(id, function["name"].NonEmptyString(), function["arguments"].String());
        foreach (var member in call.Value.EnumerateObject().Where(member => member.Name is not ("id" or "type" or "function" or "index")))
        {
            // For example `extra_content`, in which Google's layer carries a signature that must come back unchanged.
            (content.AdditionalProperties ??= [])[member.Name] = member.Value;
        }

        ThoughtSignatures.Take(content);
        return content;
    }

    private static ChatMessage Finish(RequestElement source, ChatMessage message, params ReadOnlySpan<string> read)
    {
        message.AuthorName = source["name"].OptionalString();
        foreach (var member in source.Value.EnumerateObject())
        {
            if (!read.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
            {
                (message.AdditionalProperties ??= [])[member.Name] = member.Value;
            }
        }

        MessageSignature.Take(message);
        return message;
    }
}
