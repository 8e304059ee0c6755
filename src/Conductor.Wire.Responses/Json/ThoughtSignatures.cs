using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Gemini's `thoughtSignature` beside a call or a text, as the chat dialect carries it: `extra_content.google.thought_signature`.</summary>
internal static class ThoughtSignatures
{
    public static void Read(JsonElement from, AIContent content)
    {
        if (AnswerJson.Member(from, "extra_content"u8, JsonValueKind.Object) is { } extra
            && AnswerJson.Member(extra, "google"u8, JsonValueKind.Object) is { } google
            && AnswerJson.String(google, "thought_signature"u8) is { } signature)
        {
            (content.AdditionalProperties ??= [])[ChatKeys.ThoughtSignature] = signature;
        }
    }

    public static string? Of(AIContent content) => content.AdditionalProperties?.TryGetValue(ChatKeys.ThoughtSignature, out string? signature) == true ? signature : null;

    public static void Write(Utf8JsonWriter writer, string? signature)
    {
        if (signature is null)
        {
            return;
        }

        writer.WriteStartObject("extra_content"u8);
        writer.WriteStartObject("google"u8);
        writer.WriteString("thought_signature"u8, signature);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
