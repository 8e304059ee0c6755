using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>A chat request in Microsoft.Extensions.AI's types. The model and whether the answer comes as a stream stand in the address, not in the body.</summary>
/// <param name="Messages">The conversation, the system instruction first; never empty.</param>
/// <param name="Options">Everything else. What has no member of its own: see <see cref="ChatKeys"/>.</param>
public sealed record GeminiChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options);
