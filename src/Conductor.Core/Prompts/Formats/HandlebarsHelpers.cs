using System.Globalization;
using Conductor.Text;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.PathStructure;

namespace Conductor.Prompts.Formats;

/// <summary>The helpers that Semantic Kernel gives handlebars templates, and the functions of the registry.</summary>
internal static class HandlebarsHelpers
{
    /// <summary>Compiled templates are shared by all renderings, so a helper finds the rendering's variables in the context, never in a closure.</summary>
    public static void Register(IHandlebars handlebars, PromptDocument document, PromptTemplateOptions options)
    {
        RegisterFunctions(handlebars, document, options);
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
        string[] names =
        [
            .. HandlebarsMathHelpers.All.Concat(HandlebarsStringHelpers.All).Select(helper => helper.Name),
            "add", "array", "concat", "each", "equals", "if", "json", "lookup", "or", "range", "set", "subtract", "unless", "with",
            .. options.Functions.All.Select(function => function.Plugin is null ? function.Name : $"{function.Plugin}-{function.Name}"),
        ];

        // What handlebars cannot resolve: a variable of the prompt seen from inside a block, or nothing.
        handlebars.RegisterHelper("helperMissing", (in HelperOptions options, in Context context, in Arguments arguments) =>
        {
            string name = options.Name;
            if (arguments.Length > 0)
            {
                throw new PromptRenderException(
                    $"The template calls '{name}', and there is no such helper or function{NearestName.Hint(name, names)}.", SemanticKernelErrors.HandlebarsRuntime)
                {
                    IsTemplateMistake = true,
                };
            }

            return Scope(options).GetValueOrDefault(name)!;
        });
    }

    private static void RegisterFunctions(IHandlebars handlebars, PromptDocument document, PromptTemplateOptions options)
    {
        var isMarkup = options.AllowDangerouslySetContent || document.AllowDangerouslySetContent;
        foreach (var function in options.Functions.All)
        {
            if (function.Plugin is null)
            {
                handlebars.RegisterHelper(function.Name, (in HelperOptions call, in Context context, in Arguments arguments) =>
                    CallOwn(function, Scope(call), context, arguments));
            }
            else
            {
                handlebars.RegisterHelper($"{function.Plugin}-{function.Name}", (in HelperOptions call, in Context context, in Arguments arguments) =>
                    CallKernel(function, Scope(call), arguments, isMarkup));
            }
        }
    }

    /// <summary>In Semantic Kernel these see encoded text, and cut and turn its entities; where arguments stay text anyway they see it plain.</summary>
    private static object Call(HandlebarsHelper helper, PromptScope scope, in Arguments arguments) => scope.Mode == PromptMode.SemanticKernel
        ? helper.Call(Values(arguments))!
        : scope.Prepare(helper.Call([.. Values(arguments).Select(value => ToPlain(scope, value))]), isMarkup: false)!;

    /// <summary>A function of Conductor's: it sees plain text, and what it gives is text.</summary>
    private static object CallOwn(PromptFunction function, PromptScope scope, in Context context, in Arguments arguments)
    {
        // A variable that happens to bear a function's name stays a variable.
        if (arguments.Length == 0)
        {
            if (context.Value is PromptMap map && map.TryGetValue(function.Name, out var own))
            {
                return own!;
            }

            if (scope.TryGetValue(function.Name, out var value))
            {
                return value!;
            }
        }

        var given = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Bind(function, arguments))
        {
            given[name] = ToPlain(scope, value);
        }

        return scope.Prepare(function.Invoke(given), isMarkup: false)!;
    }

    /// <summary>A plugin's function, as Semantic Kernel calls it: encoded text goes in, and the arguments stay set as variables.</summary>
    private static object CallKernel(PromptFunction function, PromptScope scope, in Arguments arguments, bool isMarkup)
    {
        if (arguments.Length == 0 && function.Parameters.Any(parameter => parameter.IsRequired))
        {
            throw new PromptRenderException($"No arguments are given to '{function.DisplayName}'.", SemanticKernelErrors.Argument);
        }

        foreach (var (name, value) in Bind(function, arguments))
        {
            scope[name] = value;
        }

        var given = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in scope)
        {
            given[name] = value is string text && scope.Mode == PromptMode.Hardened ? MarkedText.Unescape(MarkedText.Unmark(text)) : value;
        }

        return function.Invoke(given) switch
        {
            string text => isMarkup ? scope.Markup(text) : scope.Encode(text),
            { } plain when PromptValue.IsPlain(plain) => plain,
            var other => scope.Prepare(other, isMarkup)!,
        };
    }

    private static Dictionary<string, object?> Bind(PromptFunction function, in Arguments arguments)
    {
        var bound = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        var values = Values(arguments);
        if (values is [HashParameterDictionary only])
        {
            foreach (var parameter in function.Parameters)
            {
                if (only.TryGetValue(parameter.Name, out var value) || only.TryGetValue($"{function.Name}-{parameter.Name}", out value))
                {
                    bound[parameter.Name] = value is UndefinedBindingResult ? null : value;
                }
                else if (parameter.IsRequired)
                {
                    throw new PromptRenderException($"Function '{function.DisplayName}' needs '{parameter.Name}'.", SemanticKernelErrors.Kernel);
                }
            }

            return bound;
        }

        var hash = values is [.., HashParameterDictionary last] ? last : null;
        var count = values.Length - (hash is null ? 0 : 1);
        var required = function.Parameters.Count(parameter => parameter.IsRequired);
        if (count > function.Parameters.Count || (hash is null && count > 0 && count < required))
        {
            throw new PromptRenderException(
                $"Function '{function.DisplayName}' takes {required} to {function.Parameters.Count} arguments, and the template gives {count}.",
                SemanticKernelErrors.Kernel);
        }

        for (var i = 0; i < count; i++)
        {
            bound[function.Parameters[i].Name] = values[i];
        }

        if (hash is not null)
        {
            foreach (var (name, value) in hash)
            {
                bound[name] = value is UndefinedBindingResult ? null : value;
            }
        }

        return bound;
    }

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

    private static object? ToPlain(PromptScope scope, object? value) => value switch
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

    private static PromptScope Scope(in HelperOptions options) => options.Data.Value<object>(ChainSegment.Root) as PromptScope ?? throw NoScope();

    private static PromptScope Scope(in BlockHelperOptions options) => options.Data.Value<object>(ChainSegment.Root) as PromptScope ?? throw NoScope();

    private static InvalidOperationException NoScope() => new("A helper runs outside of a rendering.");
}
