using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>Gemini's `thoughtSignature` beside a call or a text: `extra_content.google.thought_signature` of the call, or of the message.</summary>
internal static class ThoughtSignatures
{
    public const string Member = "extra_content";

    /// <summary>Moves the signature from the member that was kept whole to where other dialects look for it; what else the member holds stays.</summary>
    public static void Take(AIContent content)
    {
        if (content.AdditionalProperties is { } extra && extra.TryGetValue(Member, out JsonElement kept) && Read(kept) is { } signature)
        {
            extra[ChatKeys.ThoughtSignature] = signature;
            if (IsAlone(kept))
            {
                extra.Remove(Member); // written again from the signature
            }
        }
    }

    /// <summary>The signature in an `extra_content`; null where it holds none.</summary>
    public static string? Read(JsonElement extraContent) =>
        ResponseJson.Member(extraContent, "google"u8, JsonValueKind.Object) is { } google && ResponseJson.String(google, "thought_signature"u8) is { Length: > 0 } signature ? signature : null;

    /// <summary>Whether an `extra_content` holds the signature and nothing else.</summary>
    public static bool IsAlone(JsonElement extraContent) => extraContent.GetPropertyCount() == 1 && extraContent.GetProperty("google"u8).GetPropertyCount() == 1;

    public static string? Of(AIContent content) => content.AdditionalProperties?.TryGetValue(ChatKeys.ThoughtSignature, out string? signature) == true ? signature : null;

    /// <summary>Writes the member; nothing where there is no signature, or the member stands there already.</summary>
    public static void Write(Utf8JsonWriter writer, string? signature, AdditionalPropertiesDictionary? beside)
    {
        if (signature is null || beside?.ContainsKey(Member) == true)
        {
            return;
        }

        writer.WriteStartObject(Member);
        writer.WriteStartObject("google"u8);
        writer.WriteString("thought_signature"u8, signature);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
