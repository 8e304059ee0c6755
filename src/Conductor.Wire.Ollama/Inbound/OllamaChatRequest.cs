using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>A request to `/api/chat` or `/api/generate` in Microsoft.Extensions.AI's types.</summary>
/// <param name="Messages">The conversation; empty where nothing was said, which asks for the model to be loaded or unloaded.</param>
/// <param name="Options">Everything else; <see cref="ChatOptions.ModelId"/> is `model`. What has no member of its own: see <see cref="ChatKeys"/>.</param>
public sealed record OllamaChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)
{
    /// <summary>`stream`; true where the body does not say.</summary>
    public bool IsStreaming { get; init; } = true;
}
