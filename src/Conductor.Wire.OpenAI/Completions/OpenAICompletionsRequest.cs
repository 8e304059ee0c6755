namespace Conductor.Wire.OpenAI;

/// <summary>A request to complete a bare text, said as a chat of one message.</summary>
/// <param name="Chat">The chat.</param>
/// <param name="Prompt">The text to be completed.</param>
public sealed record OpenAICompletionsRequest(OpenAIChatRequest Chat, string Prompt)
{
    /// <summary>`echo`: the answer begins with the prompt.</summary>
    public bool Echo { get; init; }
}
