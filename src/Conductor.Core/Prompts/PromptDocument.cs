namespace Conductor.Prompts;

/// <summary>A prompt file, read and checked; the template itself not yet compiled.</summary>
internal sealed record PromptDocument
{
    public required string Source { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Compared by the letter, as Semantic Kernel does.</summary>
    public string TemplateFormat { get; init; } = "semantic-kernel";

    /// <summary>Where `template_format` stands; 0 where it does not.</summary>
    public int TemplateFormatLine { get; init; }

    public required string Template { get; init; }

    /// <summary>The file's line that the template's first line is.</summary>
    public int TemplateLine { get; init; } = 1;

    public IReadOnlyList<PromptVariable> Variables { get; init; } = [];

    public PromptOutput? Output { get; init; }

    public bool AllowDangerouslySetContent { get; init; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<PromptSettings> Settings { get; init; } = [];
}
