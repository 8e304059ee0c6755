using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>A chat request in Microsoft.Extensions.AI's types.</summary>
/// <param name="Messages">The conversation; never empty.</param>
/// <param name="Options">Everything else; <see cref="ChatOptions.ModelId"/> is `model`. What has no member of its own: see <see cref="ChatKeys"/>.</param>
public sealed record OpenAIChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)
{
    /// <summary>`stream`.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>`stream_options.include_usage`.</summary>
    public bool WantsUsage { get; init; }
}
