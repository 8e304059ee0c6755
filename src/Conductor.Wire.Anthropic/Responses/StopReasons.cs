using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>Why an answer ended, both ways.</summary>
internal static class StopReasons
{
    private const string Mark = AnthropicKeys.Dialect + ":";

    /// <summary>Sets the finish reason, and where it says less than the dialect's own word, that word; and the stop sequence.</summary>
    public static ChatFinishReason? Read(string? reason, string? sequence, ref AdditionalPropertiesDictionary? properties)
    {
        if (reason is null or "")
        {
            return null;
        }

        if (!string.IsNullOrEmpty(sequence))
        {
            (properties ??= [])[ChatKeys.StopSequence] = sequence;
        }

        ChatFinishReason? exact = reason switch
        {
            "end_turn" => ChatFinishReason.Stop,
            "max_tokens" => ChatFinishReason.Length,
            "tool_use" => ChatFinishReason.ToolCalls,
            "refusal" => ChatFinishReason.ContentFilter,
            "stop_sequence" when !string.IsNullOrEmpty(sequence) => ChatFinishReason.Stop,
            _ => null,
        };
        if (exact is not null)
        {
            return exact;
        }

        (properties ??= [])[ChatKeys.NativeFinishReason] = Mark + reason;
        return reason == "model_context_window_exceeded" ? ChatFinishReason.Length : ChatFinishReason.Stop;
    }

    public static (string Reason, string? Sequence) Write(ChatFinishReason? finish, AdditionalPropertiesDictionary? properties, bool hasCalls)
    {
        var sequence = properties?.TryGetValue(ChatKeys.StopSequence, out var stop) == true ? stop as string : null;
        if (properties?.TryGetValue(ChatKeys.NativeFinishReason, out var native) == true && native is string word && word.StartsWith(Mark, StringComparison.Ordinal))
        {
            return (word[Mark.Length..], sequence);
        }

        return finish?.Value switch
        {
            "length" => ("max_tokens", null),
            "content_filter" => ("refusal", null),
            "tool_calls" => ("tool_use", null),
            _ when sequence is not null => ("stop_sequence", sequence),
            _ => (hasCalls ? "tool_use" : "end_turn", null),
        };
    }
}
