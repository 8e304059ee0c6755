using Microsoft.Extensions.AI;

namespace Conductor.Prompts;

/// <summary>A prompt with its arguments filled in.</summary>
/// <param name="Text">The rendered text, markup included; arguments in it are HTML-encoded.</param>
/// <param name="Messages">The chat that the text describes; text without messages is one user message.</param>
public sealed record RenderedPrompt(string Text, IReadOnlyList<ChatMessage> Messages);
