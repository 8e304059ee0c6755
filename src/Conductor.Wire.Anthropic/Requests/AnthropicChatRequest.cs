using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>A request for a message in Microsoft.Extensions.AI's types.</summary>
/// <param name="Messages">The conversation, the system prompt first; never empty.</param>
/// <param name="Options">Everything else; <see cref="ChatOptions.ModelId"/> is `model`. What has no member of its own: see <see cref="ChatKeys"/>.</param>
public sealed record AnthropicChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)
{
    /// <summary>`stream`.</summary>
    public bool IsStreaming { get; init; }
}
