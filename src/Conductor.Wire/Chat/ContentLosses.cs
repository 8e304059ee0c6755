using Microsoft.Extensions.AI;

namespace Conductor.Wire;

/// <summary>What stands beside a content of a request in other dialects, and nowhere in one.</summary>
public static class ContentLosses
{
    /// <summary>Notes what a dialect has no word for, of its list of what not every dialect has.</summary>
    /// <param name="content">The content.</param>
    /// <param name="dialect">The dialect's own name: keys that begin with it are said.</param>
    /// <param name="saysSignatures">Whether it can say signatures of thinking.</param>
    /// <param name="losses">Where they are noted.</param>
    /// <exception cref="WireRequestException">Losses are refused.</exception>
    public static void Note(AIContent content, string dialect, bool saysSignatures, LossReport losses)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(losses);
        if (!saysSignatures && content is TextReasoningContent { ProtectedData.Length: > 0 })
        {
            losses.Drop("messages.reasoning_details");
        }

        foreach (var (key, value) in content.AdditionalProperties ?? [])
        {
            if (key == ChatKeys.ToolFailed && value is true)
            {
                losses.Drop("is_error");
            }
            else if (key == ChatKeys.ThoughtSignature)
            {
                losses.Drop("messages.tool_calls.extra_content");
            }
            else if (key == ChatKeys.CacheControl || (ChatKeys.TrySplit(key, out var owner, out _) && owner != dialect))
            {
                losses.Drop(key);
            }
        }
    }
}
