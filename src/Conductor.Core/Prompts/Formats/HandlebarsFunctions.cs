using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace Conductor.Prompts.Formats;

/// <summary>The functions of the registry, as helpers.</summary>
internal static class HandlebarsFunctions
{
    public static void Register(IHandlebars handlebars, PromptDocument document, PromptTemplateOptions options)
    {
        var isMarkup = options.AllowDangerouslySetContent || document.AllowDangerouslySetContent;
        foreach (var function in options.Functions.All)
        {
            if (function.Plugin is not null)
            {
                handlebars.RegisterHelper($"{function.Plugin}-{function.Name}", (in HelperOptions call, in Context context, in Arguments arguments) =>
                    CallKernel(function, HandlebarsHelpers.Scope(call), arguments, isMarkup));
            }

            // A word that is one of the prompt's variables stays a variable, whatever plugin comes along later.
            if (options.Functions.Find(null, function.Name) == function && !IsVariable(document, function))
            {
                handlebars.RegisterHelper(function.Name, (in HelperOptions call, in Context context, in Arguments arguments) =>
                    CallOwn(function, HandlebarsHelpers.Scope(call), context, arguments));
            }
        }
    }

    private static bool IsVariable(PromptDocument document, RegisteredFunction function) =>
        function.Plugin is not null && document.Variables.Any(variable => variable.Name.Equals(function.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A function of Conductor's: it sees plain text, and what it gives is text.</summary>
    private static object CallOwn(RegisteredFunction function, PromptScope scope, in Context context, in Arguments arguments)
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
            given[name] = HandlebarsHelpers.ToPlain(scope, value);
        }

        return scope.Prepare(function.Invoke(given), isMarkup: false)!;
    }

    /// <summary>A plugin's function, as Semantic Kernel calls it: encoded text goes in, and the arguments stay set as variables.</summary>
    private static object CallKernel(RegisteredFunction function, PromptScope scope, in Arguments arguments, bool isMarkup)
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

    private static Dictionary<string, object?> Bind(RegisteredFunction function, in Arguments arguments)
    {
        var bound = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        var values = HandlebarsHelpers.Values(arguments);
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
}
