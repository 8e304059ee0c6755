using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Whole answers: bytes to types.</summary>
public static class ResponsesAnswerReader
{
    /// <summary>Reads a `response`: one message that holds all items. Usage that is not stated is null.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer, or one that failed or is not ready.</exception>
    public static ChatResponse Read(ReadOnlySpan<byte> body) => AnswerJson.Read(body, Read);

    internal static ChatResponse Read(JsonElement root)
    {
        RequireAnswer(root);
        var message = new ChatMessage { Role = ChatRole.Assistant };
        foreach (var item in AnswerJson.Items(root, "output"u8))
        {
            ReadItem(item, message);
        }

        return new ChatResponse(message)
        {
            ResponseId = AnswerJson.String(root, "id"u8),
            ModelId = AnswerJson.String(root, "model"u8),
            CreatedAt = Created(root),
            Usage = UsageJson.Read(root)?.ToDetails(),
            FinishReason = Finish(root, message.Contents.Any(content => content is FunctionCallContent)),
            AdditionalProperties = AnswerJson.Member(root, "service_tier"u8, JsonValueKind.String) is { } tier ? new() { ["service_tier"] = tier } : null,
        };
    }

    internal static DateTimeOffset? Created(JsonElement root) =>
        AnswerJson.Member(root, "created_at"u8, JsonValueKind.Number) is { } created && created.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    /// <summary>How an answer ended; null while it has not.</summary>
    internal static ChatFinishReason? Finish(JsonElement root, bool hasCalls) => AnswerJson.String(root, "status"u8) switch
    {
        "incomplete" => AnswerJson.Member(root, "incomplete_details"u8, JsonValueKind.Object) is { } details && AnswerJson.String(details, "reason"u8) == "content_filter"
            ? ChatFinishReason.ContentFilter
            : ChatFinishReason.Length,
        _ => hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };

    internal static FunctionCallContent ReadCall(JsonElement item)
    {
        if (AnswerJson.String(item, "name"u8) is not { Length: > 0 } name)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "A function call of the answer has no name.");
        }

        var id = AnswerJson.String(item, "call_id"u8) is { Length: > 0 } callId ? callId : AnswerJson.String(item, "id"u8);
        if (id is not { Length: > 0 })
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "A function call of the answer has no 'call_id'.");
        }

        var call = CallArguments.ToContent(id, name, AnswerJson.String(item, "arguments"u8) ?? "");
        ThoughtSignatures.Read(item, call);
        return call;
    }

    internal static void RequireAnswer(JsonElement root)
    {
        if (root.TryGetProperty("error"u8, out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
        {
            throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", AnswerJson.Error(error));
        }

        if (AnswerJson.Member(root, "output"u8, JsonValueKind.Array) is null)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no output.");
        }

        if (AnswerJson.String(root, "status"u8) is { } status and ("failed" or "cancelled" or "queued" or "in_progress"))
        {
            throw new WireResponseException(WireResponseFault.WrongShape, $"The answer's status is '{status}'.");
        }
    }

    internal static void ReadItem(JsonElement item, ChatMessage message)
    {
        switch (AnswerJson.String(item, "type"u8))
        {
            case "message":
                foreach (var part in AnswerJson.Items(item, "content"u8))
                {
                    ReadPart(part, message);
                }

                break;
            case "reasoning":
                foreach (var content in ReasoningItem.Read(item))
                {
                    message.Contents.Add(content);
                }

                break;
            case "function_call":
                message.Contents.Add(ReadCall(item));
                break;
            default:
                message.Contents.Add(new AIContent { AdditionalProperties = new() { [ResponsesKeys.RawItem] = item } });
                break;
        }
    }

    private static void ReadPart(JsonElement part, ChatMessage message)
    {
        if (AnswerJson.String(part, "refusal"u8) is { } refusal)
        {
            message.Contents.Add(new ErrorContent(refusal) { ErrorCode = ChatKeys.Refusal });
            return;
        }

        var text = new TextContent(AnswerJson.String(part, "text"u8) ?? "");
        ThoughtSignatures.Read(part, text);
        message.Contents.Add(text);
        if (AnswerJson.Member(part, "logprobs"u8, JsonValueKind.Array) is { } logprobs && logprobs.GetArrayLength() > 0)
        {
            (message.AdditionalProperties ??= [])[ChatKeys.Logprobs] = LogprobsJson.ToChat(logprobs);
        }
    }
}
