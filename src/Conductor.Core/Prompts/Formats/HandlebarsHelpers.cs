using System.Globalization;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.PathStructure;

namespace Conductor.Prompts.Formats;

/// <summary>The helpers that Semantic Kernel gives handlebars templates, and the functions of the registry.</summary>
internal static class HandlebarsHelpers
{
    /// <summary>What the language itself gives templates to call; a function of such a name is called through its plugin.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "add", "array", "concat", "each", "else", "equals", "if", "json", "log", "lookup", "message", "or", "range", "raw", "set", "subtract", "this", "unless", "with",
        "blockHelperMissing", "helperMissing", "partial", "inline", "root", "parent",
    }.Concat(HandlebarsMathHelpers.All.Concat(HandlebarsStringHelpers.All).Select(helper => helper.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Compiled templates are shared by all renderings, so a helper finds the rendering's variables in the context, never in a closure.</summary>
    public static void Register(IHandlebars handlebars, PromptDocument document, PromptTemplateOptions options)
    {
        HandlebarsFunctions.Register(handlebars, document, options);
        foreach (var helper in HandlebarsMathHelpers.All.Concat(HandlebarsStringHelpers.All))
        {
            handlebars.RegisterHelper(helper.Name, (in HelperOptions call, in Context context, in Arguments arguments) => Call(helper, Scope(call), arguments));
        }

        RegisterBlocks(handlebars);
        RegisterValues(handlebars);
        RegisterMissing(handlebars, options);
    }

    /// <summary>What a helper got, what is undefined as null.</summary>
    public static object?[] Values(in Arguments arguments)
    {
        var values = new object?[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i] is UndefinedBindingResult ? null : arguments[i];
        }

        return values;
    }

    private static void RegisterBlocks(IHandlebars handlebars)
    {
        handlebars.RegisterHelper("message", (EncodedTextWriter writer, BlockHelperOptions options, Context context, Arguments arguments) =>
        {
            // Semantic Kernel writes a tag that its own chat parser does not take; templates use <message role="…"> instead.
            if (arguments.Length == 0 || arguments[0] is not HashParameterDictionary hash || !hash.TryGetValue("role", out var role))
            {
                throw new PromptRenderException("The helper 'message' needs a role: {{#message role=\"user\"}}…{{/message}}.", SemanticKernelErrors.Kernel);
            }

            var isMarked = Scope(options).Mode == PromptMode.Hardened;
            var (less, greater) = isMarked ? (MarkedText.Less, MarkedText.Greater) : ('<', '>');
            writer.Write($"{less}{role}~{greater}", false);
            options.Template(writer, context);
            writer.Write($"{less}/{role}~{greater}", false);
        });
        handlebars.RegisterHelper("raw", (EncodedTextWriter writer, BlockHelperOptions options, Context context, Arguments arguments) =>
            options.Template(writer, context));
        handlebars.RegisterHelper("set", (in HelperOptions options, in Context context, in Arguments arguments) =>
        {
            var values = Values(arguments);
            var (name, value) = values switch
            {
                [HashParameterDictionary hash, ..] when hash.ContainsKey("name") && hash.ContainsKey("value") => (hash["name"], hash["value"]),
                [{ } first, var second, ..] => (first, second),
                _ => throw new PromptRenderException("The helper 'set' needs a name and a value: {{set \"name\" value}}.", SemanticKernelErrors.Argument),
            };
            Scope(options)[PromptValue.ToText(name)] = value is UndefinedBindingResult ? null : value;
            return null!;
        });
    }

    private static void RegisterValues(IHandlebars handlebars)
    {
        handlebars.RegisterHelper("json", (in HelperOptions options, in Context context, in Arguments arguments) =>
        {
            if (arguments.Length == 0 || arguments[0] is null or UndefinedBindingResult)
            {
                throw new PromptRenderException("The helper 'json' needs a value.", SemanticKernelErrors.HandlebarsRuntime);
            }

            return ToJson(Scope(options), arguments[0]!);
        });
        handlebars.RegisterHelper("concat", (in HelperOptions options, in Context context, in Arguments arguments) =>
            string.Concat(Values(arguments).Select(PromptValue.ToText)));
        handlebars.RegisterHelper("array", (in HelperOptions options, in Context context, in Arguments arguments) => Values(arguments));
        handlebars.RegisterHelper("range", (in HelperOptions options, in Context context, in Arguments arguments) =>
        {
            var (first, last) = (Number(arguments, 0, "range"), Number(arguments, 1, "range"));
            return last - first is >= 0 and <= 100_000
                ? Enumerable.Range((int)first, (int)(last - first) + 1).ToArray()
                : last < first && last >= first - 1
                    ? Array.Empty<int>()
                    : throw new PromptRenderException("The helper 'range' counts upwards, at most 100,000 steps.", "ArgumentOutOfRangeException");
        });
        handlebars.RegisterHelper("or", (in HelperOptions options, in Context context, in Arguments arguments) =>
            Values(arguments).Any(value => value is bool flag ? flag : value is not null));
        handlebars.RegisterHelper("equals", (in HelperOptions options, in Context context, in Arguments arguments) =>
            Values(arguments) is [var left, var right, ..] && Equals(left, right));
        handlebars.RegisterHelper("add", (in HelperOptions options, in Context context, in Arguments arguments) =>
        {
            var sum = 0m;
            for (var i = 0; i < arguments.Length; i++)
            {
                sum += Number(arguments, i, "add");
            }

            return sum;
        });
        handlebars.RegisterHelper("subtract", (in HelperOptions options, in Context context, in Arguments arguments) =>
        {
            var difference = Number(arguments, 0, "subtract");
            for (var i = 1; i < arguments.Length; i++)
            {
                difference -= Number(arguments, i, "subtract");
            }

            return difference;
        });
    }

    private static void RegisterMissing(IHandlebars handlebars, PromptTemplateOptions options)
    {
        // What handlebars cannot resolve: a variable of the prompt seen from inside a block, or nothing.
        handlebars.RegisterHelper("helperMissing", (in HelperOptions call, in Context context, in Arguments arguments) =>
        {
            string name = call.Name;
            if (arguments.Length > 0)
            {
                throw new PromptRenderException(
                    $"The template calls '{name}', and {options.Functions.WhyMissing(null, name, '-', Names)}", SemanticKernelErrors.HandlebarsRuntime)
                {
                    IsTemplateMistake = true,
                };
            }

            return Scope(call).GetValueOrDefault(name)!;
        });
    }

    /// <summary>In Semantic Kernel these see encoded text, and cut and turn its entities; where arguments stay text anyway they see it plain.</summary>
    private static object Call(HandlebarsHelper helper, PromptScope scope, in Arguments arguments) => scope.Mode == PromptMode.SemanticKernel
        ? helper.Call(Values(arguments))!
        : scope.Prepare(helper.Call([.. Values(arguments).Select(value => ToPlain(scope, value))]), isMarkup: false)!;

    private static object ToJson(PromptScope scope, object value)
    {
        if (value is string)
        {
            return value;
        }

        if (scope.Mode == PromptMode.SemanticKernel)
        {
            return PromptValue.ToJson(value, escapeAll: true);
        }

        var isMarkup = value is PromptList { IsMarkup: true } or PromptMap { IsMarkup: true };
        var json = PromptValue.ToJson(value, escapeAll: isMarkup, readText: scope.Plain);
        return isMarkup ? scope.Markup(json) : scope.Encode(json);
    }

    public static object? ToPlain(PromptScope scope, object? value) => value switch
    {
        string text => scope.Plain(text),
        PromptList list => list.Raw,
        PromptMap map => map.Raw,
        object?[] array => array.Select(item => ToPlain(scope, item)).ToArray(),
        _ => value,
    };

    private static decimal Number(in Arguments arguments, int index, string helper) =>
        index < arguments.Length && decimal.TryParse(PromptValue.ToText(arguments[index]), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new PromptRenderException($"The helper '{helper}' needs numbers.", "FormatException");

    public static PromptScope Scope(in HelperOptions options) => options.Data.Value<object>(ChainSegment.Root) as PromptScope ?? throw NoScope();

    private static PromptScope Scope(in BlockHelperOptions options) => options.Data.Value<object>(ChainSegment.Root) as PromptScope ?? throw NoScope();

    private static InvalidOperationException NoScope() => new("A helper runs outside of a rendering.");
}
