namespace Conductor.Prompts;

/// <summary>One entry of a prompt's `input_variables`.</summary>
public sealed record PromptVariable
{
    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>What the variable is when the caller gives none. Semantic Kernel reads every scalar as text: `5` is "5".</summary>
    public string? Default { get; init; }

    /// <summary>For people and schemas: a missing variable renders as nothing, required or not.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>JSON Schema, as text.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>The value is inserted as markup. Only for values that the prompt's author vouches for.</summary>
    public bool AllowDangerouslySetContent { get; init; }

    /// <summary>An example for people.</summary>
    public string? Sample { get; init; }
}
