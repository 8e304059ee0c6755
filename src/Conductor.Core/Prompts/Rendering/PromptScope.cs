using System.Collections;
using System.Net;

namespace Conductor.Prompts;

/// <summary>The variables of one rendering, ready to be printed. Templates may add to them.</summary>
internal sealed class PromptScope : Dictionary<string, object?>
{
    private PromptScope(PromptMode mode)
        : base(StringComparer.OrdinalIgnoreCase) => Mode = mode;

    public PromptMode Mode { get; }

    /// <summary>Arguments over defaults, as handlebars sees them: texts encoded, what is null left out.</summary>
    public static PromptScope Create(
        PromptDocument document, bool allowDangerouslySetContent, IReadOnlyDictionary<string, object?> arguments, PromptMode mode)
    {
        var scope = new PromptScope(mode);
        foreach (var (name, value) in arguments)
        {
            scope[scope.Name(name)] = value is null ? null : scope.Admit(document, allowDangerouslySetContent, name, value);
        }

        foreach (var variable in document.Variables)
        {
            if (!string.IsNullOrEmpty(variable.Default) && !scope.ContainsKey(variable.Name))
            {
                scope[variable.Name] = scope.Admit(document, allowDangerouslySetContent, variable.Name, variable.Default);
            }
        }

        foreach (var (name, value) in scope)
        {
            if (value is null)
            {
                scope.Remove(name);
            }
        }

        return scope;
    }

    /// <summary>Plain text from outside, for example a function's result.</summary>
    public string Encode(string text) => Mode == PromptMode.Hardened ? MarkedText.Encode(text) : WebUtility.HtmlEncode(text);

    /// <summary>A name from outside: templates can print it.</summary>
    public string Name(string name) => Mode == PromptMode.Hardened ? MarkedText.EncodeName(name) : name;

    /// <summary>Text that is to be markup.</summary>
    public string Markup(string text) => Mode == PromptMode.Hardened ? MarkedText.Markup(text) : text;

    /// <summary>A template's text as the plain text it stands for.</summary>
    public string Plain(string text) => Mode == PromptMode.Hardened ? MarkedText.Plain(text) : WebUtility.HtmlDecode(text);

    /// <summary>Makes a structure's texts ready to be printed.</summary>
    public object? Prepare(object? value, bool isMarkup, int depth = 0)
    {
        if (depth > PromptValue.MaxDepth)
        {
            throw PromptValue.TooDeep();
        }

        switch (PromptValue.Unwrap(value))
        {
            case null:
                return null;
            case string text:
                return isMarkup ? Markup(text) : Encode(text);
            case char letter:
                return isMarkup ? Markup(letter.ToString()) : Encode(letter.ToString());
            case { } plain when PromptValue.IsPlain(plain):
                return plain;
            case { } dictionary when PromptValue.AsPairs(dictionary) is { } pairs:
                var map = new PromptMap(dictionary, isMarkup);
                foreach (var (key, item) in pairs)
                {
                    map[Name(key)] = Prepare(item, isMarkup, depth + 1);
                }

                return map;
            case IEnumerable items:
                var list = new PromptList(items, isMarkup);
                foreach (var item in items)
                {
                    list.Add(Prepare(item, isMarkup, depth + 1));
                }

                return list;
            case { } other:
                return isMarkup ? Markup(PromptValue.ToText(other)) : Encode(PromptValue.ToText(other));
        }
    }

    private object? Admit(PromptDocument document, bool allowDangerouslySetContent, string name, object value)
    {
        // Names of variables ignore case everywhere but here, as in Semantic Kernel.
        var isMarkup = allowDangerouslySetContent || document.Variables.Any(variable => variable.Name == name && variable.AllowDangerouslySetContent);
        if (Mode == PromptMode.Hardened)
        {
            return Prepare(value, isMarkup);
        }

        return PromptValue.Unwrap(value) switch
        {
            string text => isMarkup ? text : WebUtility.HtmlEncode(text),
            { } plain when PromptValue.IsPlain(plain) => plain,
            { } other when isMarkup || document.AllowDangerouslySetContent => other,
            null => null,
            _ => throw new PromptRenderException(
                $"{document.Source}: argument '{name}' is a list or an object, which Semantic Kernel cannot encode. "
                + "Pass text, or set allow_dangerously_set_content on the variable and encode it yourself.",
                SemanticKernelErrors.NotSupported),
        };
    }
}
