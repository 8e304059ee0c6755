namespace Conductor.Prompts;

/// <summary>A prompt's `output_variable`.</summary>
public sealed record PromptOutput
{
    public string? Description { get; init; }

    /// <summary>JSON Schema, as text.</summary>
    public string? JsonSchema { get; init; }
}
