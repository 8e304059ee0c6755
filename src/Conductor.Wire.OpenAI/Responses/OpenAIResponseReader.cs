using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Whole answers: bytes to types.</summary>
public static class OpenAIResponseReader
{
    /// <summary>
    /// Reads a `chat.completion`. One choice is one message; of several, each is a message that bears
    /// <see cref="ChatKeys.ChoiceIndex"/> and <see cref="ChatKeys.ChoiceFinishReason"/>. Usage that is not stated is null.
    /// </summary>
    /// <exception cref="WireResponseException">The bytes are no answer.</exception>
    public static ChatResponse Read(ReadOnlySpan<byte> body) => ResponseJson.Read(body, Read);

    internal static ChatResponse Read(JsonElement root)
    {
        if (ResponseJson.Member(root, "choices"u8, JsonValueKind.Array) is not { } choices || choices.GetArrayLength() == 0)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no choices.");
        }

        var response = new ChatResponse
        {
            ResponseId = ResponseJson.String(root, "id"u8),
            ModelId = ResponseJson.String(root, "model"u8),
            CreatedAt = ResponseJson.Created(root),
            Usage = ResponseJson.Usage(root)?.ToDetails(),
        };
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not ("id" or "model" or "created" or "object" or "choices" or "usage" or "error") && member.Value.ValueKind != JsonValueKind.Null)
            {
                (response.AdditionalProperties ??= [])[member.Name] = member.Value;
            }
        }

        var position = 0;
        var isSeveral = choices.GetArrayLength() > 1;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var choice in choices.EnumerateArray())
        {
            var (message, finish) = ReadChoice(choice, ids);
            response.FinishReason ??= finish;
            if (isSeveral)
            {
                message.AdditionalProperties ??= [];
                message.AdditionalProperties[ChatKeys.ChoiceIndex] = Index(choice) ?? position;
                message.AdditionalProperties[ChatKeys.ChoiceFinishReason] = finish?.Value ?? "stop";
            }

            response.Messages.Add(message);
            position++;
        }

        return response;
    }

    internal static int? Index(JsonElement from) =>
        ResponseJson.Member(from, "index"u8, JsonValueKind.Number) is { } index && index.TryGetInt32(out var value) && value >= 0 ? value : null;

    /// <summary>The thinking of a message or delta; the same text under two names counts once.</summary>
    internal static string? Reasoning(JsonElement from) =>
        NonEmpty(ResponseJson.Text(from, "reasoning_content"u8)) ?? NonEmpty(ResponseJson.Text(from, "reasoning"u8)) ?? NonEmpty(ResponseJson.Text(from, "reasoning_text"u8));

    internal static ChatFinishReason? Finish(string? reason, bool hasToolCalls) => reason?.Trim() switch
    {
        null or "" => null,
        // Several servers end a turn with tools by `stop`; `function_call` is the name of old.
        "stop" or "function_call" or "tool_calls" when hasToolCalls => ChatFinishReason.ToolCalls,
        var other => new ChatFinishReason(other),
    };

    private static (ChatMessage Message, ChatFinishReason? Finish) ReadChoice(JsonElement choice, HashSet<string> ids)
    {
        if (ResponseJson.Member(choice, "message"u8, JsonValueKind.Object) is not { } source)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "A choice of the answer has no message.");
        }

        var message = new ChatMessage { Role = ChatRole.Assistant };
        foreach (var thought in ReasoningDetails.OfMessage(source, Reasoning(source)))
        {
            message.Contents.Add(thought);
        }

        ReadContent(source, message);
        if (NonEmpty(ResponseJson.String(source, "refusal"u8)) is { } refusal)
        {
            message.Contents.Add(new ErrorContent(refusal) { ErrorCode = ChatKeys.Refusal });
        }

        var hasToolCalls = false;
        if (ResponseJson.Member(source, "tool_calls"u8, JsonValueKind.Array) is { } calls)
        {
            foreach (var call in calls.EnumerateArray())
            {
                message.Contents.Add(ReadToolCall(call, ids));
                hasToolCalls = true;
            }
        }

        foreach (var member in source.EnumerateObject())
        {
            var isRead = member.Name is "role" or "content" or "refusal" or "tool_calls" or "reasoning_content" or "reasoning" or "reasoning_text" or "reasoning_details";
            var isEmpty = member.Value.ValueKind == JsonValueKind.Null || (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() == 0);
            if (!isRead && !isEmpty)
            {
                (message.AdditionalProperties ??= [])[member.Name] = member.Value;
            }
        }

        MessageSignature.Take(message);
        if (ResponseJson.Member(choice, "logprobs"u8, JsonValueKind.Object) is { } logprobs)
        {
            (message.AdditionalProperties ??= [])["logprobs"] = logprobs;
        }

        return (message, Finish(ResponseJson.String(choice, "finish_reason"u8), hasToolCalls));
    }

    private static void ReadContent(JsonElement source, ChatMessage message)
    {
        if (ResponseJson.String(source, "content"u8) is { } text)
        {
            if (text.Length > 0)
            {
                message.Contents.Add(new TextContent(text));
            }

            return;
        }

        foreach (var part in ResponseJson.Member(source, "content"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            if (ResponseJson.String(part, "text"u8) is { } piece)
            {
                message.Contents.Add(new TextContent(piece));
            }
        }
    }

    private static FunctionCallContent ReadToolCall(JsonElement call, HashSet<string> ids)
    {
        if (ResponseJson.Member(call, "function"u8, JsonValueKind.Object) is not { } function || ResponseJson.String(function, "name"u8) is not { Length: > 0 } name)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "A tool call of the answer has no function name.");
        }

        // Some servers leave the id out or repeat it; a result could not be matched to its call.
        var id = NonEmpty(ResponseJson.String(call, "id"u8));
        if (id is null || !ids.Add(id))
        {
            id = ToolCallId.New();
            ids.Add(id);
        }

        // Some servers send the object itself instead of its text.
        var arguments = ResponseJson.Member(function, "arguments"u8, JsonValueKind.Object)?.GetRawText() ?? ResponseJson.String(function, "arguments"u8) ?? "";
        var content = ToolArguments.ToContent(id, name, arguments);
        foreach (var member in call.EnumerateObject())
        {
            if (member.Name is not ("id" or "type" or "function" or "index") && member.Value.ValueKind != JsonValueKind.Null)
            {
                (content.AdditionalProperties ??= [])[member.Name] = member.Value;
            }
        }

        ThoughtSignatures.Take(content);
        return content;
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
