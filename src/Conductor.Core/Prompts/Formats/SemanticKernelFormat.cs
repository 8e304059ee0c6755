using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Text;

namespace Conductor.Prompts.Formats;

/// <summary>`template_format: semantic-kernel`, and what a file without the key is in.</summary>
internal sealed class SemanticKernelFormat : IPromptFormat
{
    public string Name => "semantic-kernel";

    public IPromptProgram Compile(PromptDocument document, PromptTemplateOptions options) =>
        new SemanticKernelProgram(document, options, new SemanticKernelParser(document).Parse());
}

/// <summary>A template in Semantic Kernel's own language.</summary>
internal sealed class SemanticKernelProgram(PromptDocument document, PromptTemplateOptions options, List<SemanticKernelBlock> blocks) : IPromptProgram
{
    private readonly HashSet<string> _markupVariables = new(
        document.Variables.Where(variable => variable.AllowDangerouslySetContent).Select(variable => variable.Name), StringComparer.Ordinal);

    public RenderedPrompt Render(IReadOnlyDictionary<string, object?> arguments, PromptMode mode)
    {
        var variables = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in arguments)
        {
            variables[name] = PromptValue.Unwrap(value);
        }

        foreach (var variable in document.Variables)
        {
            if (variable.Default is not null)
            {
                variables.TryAdd(variable.Name, variable.Default);
            }
        }

        var isHardened = mode == PromptMode.Hardened;
        var text = new StringBuilder(document.Template.Length * 2);
        foreach (var block in blocks)
        {
            switch (block)
            {
                case TextBlock literal:
                    text.Append(isHardened ? literal.Marked : literal.Text);
                    break;
                case VariableBlock variable:
                    // By the letter, though variables are found whatever their case: Semantic Kernel does so.
                    Append(text, variables.GetValueOrDefault(variable.Name), options.AllowDangerouslySetContent || _markupVariables.Contains(variable.Name), isHardened);
                    break;
                case ValueBlock value:
                    Append(text, value.Value, options.AllowDangerouslySetContent || document.AllowDangerouslySetContent, isHardened);
                    break;
                case CallBlock call:
                    Append(text, Call(call, variables), options.AllowDangerouslySetContent || document.AllowDangerouslySetContent, isHardened);
                    break;
            }
        }

        return isHardened
            ? ChatMarkup.ReadMarked(text.ToString(), decodesEntities: false, document.Source)
            : ChatMarkup.ReadLeniently(text.ToString());
    }

    private static void Append(StringBuilder text, object? value, bool isMarkup, bool isHardened)
    {
        if (value is null)
        {
            return;
        }

        var plain = ToText(value);
        text.Append((isMarkup, isHardened) switch
        {
            (true, true) => MarkedText.Markup(plain),
            (true, false) => plain,
            (false, true) => MarkedText.Encode(plain),
            (false, false) => WebUtility.HtmlEncode(plain),
        });
    }

    private object? Call(CallBlock call, Dictionary<string, object?> variables)
    {
        var function = options.Functions.Find(call.Plugin, call.Function)
            ?? throw new PromptRenderException(
                $"{document.Source}: the template calls '{(call.Plugin is null ? "" : call.Plugin + ".")}{call.Function}', and "
                + options.Functions.WhyMissing(call.Plugin, call.Function),
                SemanticKernelErrors.KeyNotFound)
            { IsTemplateMistake = true };
        if (call.Positional is null && call.Named.Count == 0)
        {
            return function.Invoke(variables);
        }

        if (function.Parameters.Count == 0)
        {
            throw new PromptRenderException($"{document.Source}: function '{function.DisplayName}' takes no arguments.", SemanticKernelErrors.Argument)
            {
                IsTemplateMistake = true,
            };
        }

        // A copy: the arguments of a call do not stay set.
        var given = new Dictionary<string, object?>(variables, StringComparer.OrdinalIgnoreCase);
        if (call.Positional is not null)
        {
            var first = function.Parameters[0].Name;
            if (call.Named.Any(argument => argument.Name.Equals(first, StringComparison.OrdinalIgnoreCase)))
            {
                throw new PromptRenderException(
                    $"{document.Source}: the call of '{function.DisplayName}' gives '{first}' twice: as the first argument and by name.", SemanticKernelErrors.Argument)
                {
                    IsTemplateMistake = true,
                };
            }

            given[first] = Value(call.Positional, variables);
        }

        foreach (var (name, value) in call.Named)
        {
            given[name] = Value(value, given);
        }

        return function.Invoke(given);
    }

    private static object? Value(SemanticKernelBlock block, Dictionary<string, object?> variables) => block switch
    {
        ValueBlock value => value.Value,
        VariableBlock variable => variables.GetValueOrDefault(variable.Name),
        _ => null,
    };

    private static string ToText(object value) => value switch
    {
        string text => text,
        IEnumerable<string> lines => string.Join('\n', lines),
        DateTime or DateTimeOffset or TimeSpan or Guid or Uri or Enum => TypeDescriptor.GetConverter(value.GetType()).ConvertToString(null, CultureInfo.InvariantCulture, value) ?? "",
        _ => PromptValue.ToText(value),
    };
}
