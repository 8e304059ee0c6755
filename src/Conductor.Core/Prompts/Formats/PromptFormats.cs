using Conductor.Prompts.Formats.Liquid;
using Conductor.Text;

namespace Conductor.Prompts.Formats;

/// <summary>The template languages; the one place that lists them.</summary>
internal static class PromptFormats
{
    private static readonly IPromptFormat[] All = [new HandlebarsFormat(), new SemanticKernelFormat(), new LiquidFormat()];

    public static IPromptFormat Find(PromptDocument document)
    {
        foreach (var format in All)
        {
            if (format.Name == document.TemplateFormat)
            {
                return format;
            }
        }

        var names = All.Select(format => format.Name).ToArray();
        throw new PromptFormatException(
            document.Source,
            document.TemplateFormatLine,
            $"template_format '{document.TemplateFormat}' is not supported{NearestName.Hint(document.TemplateFormat, names)}. Write one of: {string.Join(", ", names)}.",
            SemanticKernelErrors.Kernel);
    }
}
