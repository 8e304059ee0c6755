using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>One candidate of an answer, or of a piece of one.</summary>
internal readonly struct CandidateReader(JsonElement candidate)
{
    public int? Index => GeminiJson.Integer(candidate, "index"u8);

    /// <summary>The dialect's own word; null while there is none.</summary>
    public string? FinishReason => GeminiJson.String(candidate, "finishReason"u8) is { } reason && reason != "FINISH_REASON_UNSPECIFIED" ? reason : null;

    public JsonElement? ReadLogprobs() =>
        GeminiJson.Member(candidate, "logprobsResult"u8, JsonValueKind.Object) is { } result ? Logprobs.Read(result) : null;

    public List<AIContent> ReadContents(CallIds ids)
    {
        var contents = new List<AIContent>();
        if (GeminiJson.Member(candidate, "content"u8, JsonValueKind.Object) is not { } content || GeminiJson.Member(content, "parts"u8, JsonValueKind.Array) is not { } parts)
        {
            return contents;
        }

        foreach (var part in new RequestElement(parts, "parts").Items())
        {
            if (part.Value.ValueKind != JsonValueKind.Object || part.Value.GetPropertyCount() == 0)
            {
                continue; // `{}` stands at the end of some streams
            }

            var read = PartReader.Read(part, ids.Next, ids.Next);
            if (read is not TextContent { Text.Length: 0, AdditionalProperties: null })
            {
                contents.Add(read);
            }
        }

        return contents;
    }

    /// <summary>Ratings, citations, what a search was grounded in: what only this dialect says of an answer.</summary>
    public void Keep(AdditionalPropertiesDictionary extra)
    {
        foreach (var member in candidate.EnumerateObject())
        {
            if (member.Name is not ("content" or "finishReason" or "index" or "logprobsResult" or "avgLogprobs") && member.Value.ValueKind != JsonValueKind.Null)
            {
                extra[ChatKeys.Of(GeminiKeys.Dialect, GeminiKeys.CandidatePath + member.Name)] = member.Value;
            }
        }
    }

    /// <summary>The failure that an empty candidate with this reason is; null where it is none.</summary>
    public static WireResponseException? Failure(string? reason, bool isEmpty) => isEmpty && FinishReasons.IsFailure(reason)
        ? new WireResponseException(WireResponseFault.ErrorInside, "The model broke off without an answer.", new WireError("The model broke off without an answer.", reason, null, reason))
        : null;
}
