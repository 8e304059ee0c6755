using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>`reasoning_effort` in this dialect's words.</summary>
public static class OllamaThink
{
    /// <summary>The value of `think` that a request asks for; null where it asks for none, or in words that have no counterpart here.</summary>
    public static string? Asked(ChatOptions? options) => options?.Reasoning?.Effort switch
    {
        ReasoningEffort.None => "false",
        ReasoningEffort.Low => "low",
        ReasoningEffort.Medium => "medium",
        ReasoningEffort.High => "high",
        ReasoningEffort.ExtraHigh => "max",
        _ => options?.AdditionalProperties?.TryGetValue("reasoning_effort", out var word) != true ? null : word?.ToString() switch
        {
            "minimal" => "low",
            "max" => "max",
            _ => null,
        },
    };
}
