namespace Conductor.Prompts.Formats;

/// <summary>One template language, named by `template_format`.</summary>
internal interface IPromptFormat
{
    string Name { get; }

    /// <summary>Compiles a template.</summary>
    /// <exception cref="PromptFormatException">The template cannot be read.</exception>
    IPromptProgram Compile(PromptDocument document, PromptTemplateOptions options);
}

/// <summary>A compiled template. Renders on any number of threads.</summary>
internal interface IPromptProgram
{
    RenderedPrompt Render(IReadOnlyDictionary<string, object?> arguments, PromptMode mode);
}
