using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Whole answers: bytes to types.</summary>
public static class GeminiResponseReader
{
    /// <summary>
    /// Reads an answer of `generateContent`. One candidate is one message; of several, each is a message that bears <see cref="ChatKeys.ChoiceIndex"/> and
    /// <see cref="ChatKeys.ChoiceFinishReason"/>. Usage that is not stated is null.
    /// </summary>
    /// <exception cref="WireResponseException">
    /// The bytes are no answer; or the prompt was refused (`promptFeedback.blockReason`), or the model broke off with nothing said: then its error says so.
    /// </exception>
    public static ChatResponse Read(ReadOnlySpan<byte> body) => GeminiJson.Read(body, Read);

    internal static ChatResponse Read(JsonElement root)
    {
        ThrowIfBlocked(root);
        if (GeminiJson.Member(root, "candidates"u8, JsonValueKind.Array) is not { } candidates || candidates.GetArrayLength() == 0)
        {
            throw new WireResponseException(WireResponseFault.Empty, "The answer has no candidates.");
        }

        var response = new ChatResponse
        {
            ResponseId = GeminiJson.String(root, "responseId"u8),
            ModelId = GeminiJson.String(root, "modelVersion"u8),
            Usage = UsageReader.Read(root)?.ToDetails(),
        };
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is not ("candidates" or "usageMetadata" or "modelVersion" or "responseId" or "createTime") && member.Value.ValueKind != JsonValueKind.Null)
            {
                (response.AdditionalProperties ??= [])[ChatKeys.Of(GeminiKeys.Dialect, member.Name)] = member.Value;
            }
        }

        var ids = new CallIds();
        var position = 0;
        var isSeveral = candidates.GetArrayLength() > 1;
        WireResponseException? brokenOff = null;
        var failures = 0;
        foreach (var item in candidates.EnumerateArray())
        {
            var candidate = new CandidateReader(item.ValueKind == JsonValueKind.Object ? item : throw new WireResponseException("A candidate of the answer is no object."));
            var message = new ChatMessage(ChatRole.Assistant, candidate.ReadContents(ids)) { AdditionalProperties = [] };
            if (CandidateReader.Failure(candidate.FinishReason, message.Contents.Count == 0) is { } failure)
            {
                brokenOff ??= failure;
                failures++;
            }

            var finish = FinishReasons.Read(candidate.FinishReason, message.Contents.Any(content => content is FunctionCallContent));
            response.FinishReason ??= finish;
            Describe(candidate, message.AdditionalProperties);
            if (isSeveral)
            {
                message.AdditionalProperties[ChatKeys.ChoiceIndex] = candidate.Index ?? position;
                message.AdditionalProperties[ChatKeys.ChoiceFinishReason] = finish?.Value ?? "stop";
            }

            if (candidate.FinishReason is { } own && FinishReasons.IsOwn(own) && position == 0)
            {
                (response.AdditionalProperties ??= [])[ChatKeys.NativeFinishReason] = ChatKeys.Of(GeminiKeys.Dialect, own);
            }

            message.AdditionalProperties = message.AdditionalProperties.Count > 0 ? message.AdditionalProperties : null;
            response.Messages.Add(message);
            position++;
        }

        // One of several that says nothing is an answer among others; when none says anything, there is none.
        return brokenOff is not null && failures == position ? throw brokenOff : response;
    }

    /// <summary>A refused prompt is a success without candidates on this wire; everywhere else it is a refusal.</summary>
    internal static void ThrowIfBlocked(JsonElement root)
    {
        if (GeminiJson.Member(root, "promptFeedback"u8, JsonValueKind.Object) is { } feedback && GeminiJson.String(feedback, "blockReason"u8) is { } reason
            && reason is not ("BLOCK_REASON_UNSPECIFIED" or "BLOCKED_REASON_UNSPECIFIED"))
        {
            const string Message = "The prompt was refused by a content filter.";
            throw new WireResponseException(WireResponseFault.ErrorInside, Message, new WireError(Message, GeminiErrorClassifier.Blocked, null, reason));
        }
    }

    private static void Describe(CandidateReader candidate, AdditionalPropertiesDictionary extra)
    {
        candidate.Keep(extra);
        if (candidate.ReadLogprobs() is { } logprobs)
        {
            extra[ChatKeys.Logprobs] = logprobs;
        }
    }
}
