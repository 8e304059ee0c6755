using System.Globalization;

namespace Conductor.Prompts;

/// <summary>A function that templates call: `{{truncate text 100}}`, or `{{plugin-name …}}` and `{{plugin.name …}}` where it belongs to a plugin.</summary>
/// <remarks>
/// A function without a plugin sees plain text in every format. One with a plugin behaves as Semantic Kernel's functions do:
/// in handlebars it sees HTML-encoded text, and its arguments stay set as variables.
/// </remarks>
public sealed class PromptFunction
{
    private readonly Func<IReadOnlyDictionary<string, object?>, object?> _body;

    /// <summary>Creates a function.</summary>
    /// <param name="name">Letters, digits and `_`.</param>
    /// <param name="parameters">In the order of positional arguments.</param>
    /// <param name="body">Called with all parameters, defaults filled in; has to be safe on any number of threads.</param>
    /// <param name="plugin">The plugin it belongs to; null for none.</param>
    public PromptFunction(
        string name, IReadOnlyList<PromptParameter> parameters, Func<IReadOnlyDictionary<string, object?>, object?> body, string? plugin = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(body);
        Name = name;
        Plugin = plugin;
        Parameters = parameters;
        _body = body;
    }

    public string Name { get; }

    public string? Plugin { get; }

    public IReadOnlyList<PromptParameter> Parameters { get; }

    internal string DisplayName => Plugin is null ? Name : $"{Plugin}.{Name}";

    /// <summary>Runs the function with the parameters it finds in <paramref name="given"/>.</summary>
    internal object? Invoke(IReadOnlyDictionary<string, object?> given)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in Parameters)
        {
            if (given.TryGetValue(parameter.Name, out var value) && (value is not null || parameter is { IsRequired: true, Kind: PromptValueKind.Text or PromptValueKind.Any }))
            {
                // A variable that is there and empty counts as given: it is empty text.
                arguments[parameter.Name] = Convert(parameter, value);
            }
            else if (parameter.IsRequired)
            {
                throw new PromptRenderException($"Function '{DisplayName}' needs '{parameter.Name}', and the template gives none.", SemanticKernelErrors.Kernel);
            }
            else
            {
                arguments[parameter.Name] = parameter.Default;
            }
        }

        try
        {
            return _body(arguments);
        }
        catch (PromptException)
        {
            throw;
        }
#pragma warning disable CA1031 // boundary: a function may be a plugin's code
        catch (Exception failure)
#pragma warning restore CA1031
        {
            throw new PromptRenderException($"Function '{DisplayName}' failed with {failure.GetType().Name}.", SemanticKernelErrors.Kernel, failure);
        }
    }

    private object? Convert(PromptParameter parameter, object? value)
    {
        var text = PromptValue.ToText(value);
        return parameter.Kind switch
        {
            PromptValueKind.Text => text,
            PromptValueKind.Any => value,
            PromptValueKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            PromptValueKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            PromptValueKind.Boolean when bool.TryParse(text, out var flag) => flag,
            _ => throw new PromptRenderException(
                $"Function '{DisplayName}' takes {Noun(parameter.Kind)} as '{parameter.Name}', and the template gives something else.", SemanticKernelErrors.Kernel),
        };
    }

    private static string Noun(PromptValueKind kind) => kind switch
    {
        PromptValueKind.Integer => "a whole number",
        PromptValueKind.Number => "a number",
        _ => "true or false",
    };
}
