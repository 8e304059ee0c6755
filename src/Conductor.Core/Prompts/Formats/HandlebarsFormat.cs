using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using HandlebarsDotNet;

namespace Conductor.Prompts.Formats;

/// <summary>`template_format: handlebars`</summary>
internal sealed class HandlebarsFormat : IPromptFormat
{
    public string Name => "handlebars";

    public IPromptProgram Compile(PromptDocument document, PromptTemplateOptions options) => new HandlebarsProgram(document, options);
}

/// <summary>A handlebars template, compiled once per mode.</summary>
internal sealed partial class HandlebarsProgram : IPromptProgram
{
    private readonly PromptDocument _document;
    private readonly PromptTemplateOptions _options;
    private readonly HandlebarsTemplate<object, object> _hardened;
    private readonly Lazy<HandlebarsTemplate<object, object>> _semanticKernel;

    public HandlebarsProgram(PromptDocument document, PromptTemplateOptions options)
    {
        HandlebarsLimits.Check(document);
        _document = document;
        _options = options;
        // Compiled now, so that a broken file is told when it is read. The other mode is for comparing and seldom asked for.
        _hardened = Compile(MarkedText.HandlebarsTemplate(document.Template), noEscape: true);
        _semanticKernel = new Lazy<HandlebarsTemplate<object, object>>(() => Compile(document.Template, noEscape: false));
    }

    public RenderedPrompt Render(IReadOnlyDictionary<string, object?> arguments, PromptMode mode)
    {
        var scope = PromptScope.Create(_document, _options.AllowDangerouslySetContent, arguments, mode);
        return mode == PromptMode.Hardened
            ? ChatMarkup.ReadMarked(Run(_hardened, scope).Trim(), decodesEntities: true, _document.Source)
            : ChatMarkup.ReadLeniently(WebUtility.HtmlDecode(Run(_semanticKernel.Value, scope).Trim()));
    }

    private HandlebarsTemplate<object, object> Compile(string template, bool noEscape)
    {
        // In the hardened mode arguments are encoded once, before they come here: {{x}} and {{{x}}} are the same.
        var handlebars = Handlebars.Create(new HandlebarsConfiguration { NoEscape = noEscape, FormatProvider = CultureInfo.InvariantCulture });
        HandlebarsHelpers.Register(handlebars, _document, _options);
        try
        {
            return handlebars.Compile(template);
        }
        catch (HandlebarsException mistake)
        {
            throw new PromptFormatException(
                _document.Source, LineOf(mistake), $"The template is not handlebars that can be read: {Sentence(mistake)}", mistake.GetType().Name, mistake);
        }
    }

    private string Run(HandlebarsTemplate<object, object> template, PromptScope scope)
    {
        try
        {
            return template(scope);
        }
        catch (Exception failure) when (FindOwn(failure) is { } own)
        {
            throw own.In(_document.Source);
        }
        catch (HandlebarsException mistake)
        {
            throw new PromptRenderException($"{_document.Source}: {Sentence(mistake)}", mistake.GetType().Name, mistake)
            {
                IsTemplateMistake = mistake.Message.Contains("cannot be resolved", StringComparison.Ordinal), // a block helper or a partial
            };
        }
#pragma warning disable CA1031 // boundary: a template may bring the library to throw anything, and callers know one exception
        catch (Exception failure) when (failure is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new PromptRenderException($"{_document.Source}: the template failed with {failure.GetType().Name}.", failure.GetType().Name, failure);
        }
    }

    private int LineOf(HandlebarsException mistake) =>
        Place().Match(mistake.Message) is { Success: true } place
            ? _document.TemplateLine + int.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : _document.TemplateLine;

    private static string Sentence(HandlebarsException mistake)
    {
        var message = MarkedText.Unescape(MarkedText.Unmark(mistake.Message));
        var place = Place().Match(message);
        return (place.Success ? message[..place.Index] : message).Trim();
    }

    private static PromptRenderException? FindOwn(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is PromptRenderException own)
            {
                return own;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\s*Occured at:\s*(\d+):\d+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
