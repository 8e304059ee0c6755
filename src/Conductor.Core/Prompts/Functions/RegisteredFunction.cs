using System.Globalization;

namespace Conductor.Prompts;

/// <summary>A function under the name that templates call it by.</summary>
/// <remarks>
/// Called by its bare name it sees plain text in every format. Called through its plugin it behaves as Semantic Kernel's functions do:
/// in handlebars it sees HTML-encoded text, and its arguments stay set as variables.
/// </remarks>
/// <param name="plugin">The plugin, as templates write it; null for none.</param>
/// <param name="name">The function.</param>
/// <param name="parameters">In the order of positional arguments.</param>
/// <param name="run">Runs it, with a value for every parameter.</param>
/// <param name="entry">Where it comes from; null for a function that no plugin brings.</param>
internal sealed class RegisteredFunction(
    string? plugin, string name, IReadOnlyList<PromptParameter> parameters, Func<IReadOnlyDictionary<string, object?>, object?> run, PromptFunctionEntry? entry = null)
{
    public string Name { get; } = name;

    public string? Plugin { get; } = plugin;

    public IReadOnlyList<PromptParameter> Parameters { get; } = parameters;

    public PromptFunctionEntry? Entry { get; } = entry;

    public string DisplayName => Plugin is null ? Name : $"{Plugin}.{Name}";

    /// <summary>Runs the function with the parameters it finds in <paramref name="given"/>.</summary>
    public object? Invoke(IReadOnlyDictionary<string, object?> given)
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
            return run(arguments);
        }
        catch (PromptException)
        {
            throw;
        }
#pragma warning disable CA1031 // boundary: a function may be anybody's code
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
