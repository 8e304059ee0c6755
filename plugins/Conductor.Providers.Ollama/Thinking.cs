using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>`reasoning_effort` in Ollama's words.</summary>
internal static class Thinking
{
    /// <summary>What to send as `think`, and whether the caller's wish had to be left out because the model does not think.</summary>
    public static (string? Think, bool IsLeftOut) Of(ChatOptions? options, OllamaModelCard? card, string? byDefault)
    {
        var asked = OllamaThink.Asked(options);
        if (card?.Capabilities?.Contains("thinking") == false)
        {
            // Ollama refuses `think: true` of such a model; not to think is what it does anyway.
            return (null, asked is not (null or "false"));
        }

        // What the operator prefers waits for a model that is known to think; what the caller asks for is tried.
        return (asked ?? (card?.Capabilities is null ? null : byDefault), false);
    }
}
