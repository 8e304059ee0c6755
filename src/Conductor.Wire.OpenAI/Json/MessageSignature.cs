using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>The signature beside a message's text: `extra_content` of the message.</summary>
internal static class MessageSignature
{
    /// <summary>Moves it from the message, where it was kept whole, to the message's last text, where other dialects look for it.</summary>
    public static void Take(ChatMessage message)
    {
        if (message.AdditionalProperties is not { } extra || !extra.TryGetValue(ThoughtSignatures.Member, out JsonElement kept)
            || ThoughtSignatures.Read(kept) is not { } signature || message.Contents.OfType<TextContent>().LastOrDefault() is not { } text)
        {
            return;
        }

        (text.AdditionalProperties ??= [])[ChatKeys.ThoughtSignature] = signature;
        if (ThoughtSignatures.IsAlone(kept))
        {
            extra.Remove(ThoughtSignatures.Member);
            message.AdditionalProperties = extra.Count > 0 ? extra : null;
        }
    }

    /// <summary>The signature beside the last text that has one.</summary>
    public static string? Of(IEnumerable<AIContent> contents) => contents.OfType<TextContent>().Select(ThoughtSignatures.Of).LastOrDefault(signature => signature is not null);
}
