using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>An item `reasoning`: parts of a summary, the thinking itself, and what seals it.</summary>
internal static class ReasoningItem
{
    /// <summary>One content for each part; the signature is on the last. Never none.</summary>
    public static List<TextReasoningContent> Read(RequestElement item)
    {
        var contents = new List<TextReasoningContent>();
        Read(item["summary"], isFull: false, contents);
        Read(item["content"], isFull: true, contents);
        Seal(contents, item["encrypted_content"].OptionalString(), item["id"].OptionalString());
        return contents;
    }

    /// <summary>The same of an answer, where what is missing is no mistake.</summary>
    public static List<TextReasoningContent> Read(JsonElement item)
    {
        var contents = new List<TextReasoningContent>();
        foreach (var part in AnswerJson.Items(item, "summary"u8))
        {
            contents.Add(new TextReasoningContent(AnswerJson.String(part, "text"u8) ?? ""));
        }

        foreach (var part in AnswerJson.Items(item, "content"u8))
        {
            contents.Add(Full(AnswerJson.String(part, "text"u8) ?? ""));
        }

        Seal(contents, AnswerJson.String(item, "encrypted_content"u8), AnswerJson.String(item, "id"u8));
        return contents;
    }

    public static TextReasoningContent Full(string text) => new(text) { AdditionalProperties = new() { [ResponsesKeys.IsFullReasoning] = true } };

    public static bool IsFull(AIContent content) => content.AdditionalProperties?.TryGetValue(ResponsesKeys.IsFullReasoning, out bool full) == true && full;

    public static string? IdOf(AIContent content) => content.AdditionalProperties?.TryGetValue(ResponsesKeys.ItemId, out string? id) == true ? id : null;

    public static int PartOf(AIContent content) => content.AdditionalProperties?.TryGetValue(ResponsesKeys.PartIndex, out int index) == true ? index : 0;

    private static void Read(RequestElement parts, bool isFull, List<TextReasoningContent> contents)
    {
        if (parts.IsNull)
        {
            return;
        }

        foreach (var part in parts.Items())
        {
            var text = part.RequireObject()["text"].String();
            contents.Add(isFull ? Full(text) : new TextReasoningContent(text));
        }
    }

    private static void Seal(List<TextReasoningContent> contents, string? encrypted, string? id)
    {
        if (contents.Count == 0)
        {
            contents.Add(new TextReasoningContent(""));
        }

        if (encrypted is { Length: > 0 })
        {
            Signatures.FromWire(contents[^1], encrypted);
        }

        for (var i = 0; i < contents.Count; i++)
        {
            var extra = contents[i].AdditionalProperties ??= [];
            extra[ResponsesKeys.PartIndex] = i;
            if (id is { Length: > 0 })
            {
                extra[ResponsesKeys.ItemId] = id;
            }
        }
    }
}
