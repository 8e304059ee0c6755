namespace Conductor.Prompts;

/// <summary>
/// A function that prompts' templates call: `{{truncate text 100}}`. A plugin registers its own in its container; they are called under the plugin's id,
/// `{{plugin-name …}}` in handlebars and `{{plugin.name …}}` in semantic-kernel, and under their bare name where nothing else bears it.
/// </summary>
public sealed class PromptFunction
{
    private readonly Func<IReadOnlyDictionary<string, object?>, object?> _body;

    /// <summary>Creates a function.</summary>
    /// <param name="name">Letters, digits and `_`, not beginning with a digit; case does not matter.</param>
    /// <param name="parameters">In the order of positional arguments.</param>
    /// <param name="body">
    /// Called with every parameter, of the kind it was declared as, defaults filled in; on any number of threads. Gives text, a number, a truth value, a
    /// time, or lists and dictionaries of them; what it gives is text to the template and never becomes markup. Keep it short: a template waits for it.
    /// </param>
    /// <exception cref="ArgumentException">The name or a parameter's name is not one, or two parameters bear the same.</exception>
    public PromptFunction(string name, IReadOnlyList<PromptParameter> parameters, Func<IReadOnlyDictionary<string, object?>, object?> body)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(body);
        CheckName(name, nameof(name));
        foreach (var parameter in parameters)
        {
            CheckName(parameter.Name, nameof(parameters));
        }

        if (parameters.DistinctBy(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase).Count() != parameters.Count)
        {
            throw new ArgumentException($"Two parameters of '{name}' bear the same name.", nameof(parameters));
        }

        Name = name;
        Parameters = [.. parameters];
        _body = body;
    }

    /// <summary>What templates call it.</summary>
    public string Name { get; }

    /// <summary>In the order of positional arguments.</summary>
    public IReadOnlyList<PromptParameter> Parameters { get; }

    /// <summary>Runs the body.</summary>
    /// <param name="arguments">A value for every parameter.</param>
    public object? Run(IReadOnlyDictionary<string, object?> arguments) => _body(arguments);

    private static void CheckName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (char.IsAsciiDigit(name[0]) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            throw new ArgumentException($"'{name}' is not a name that templates can call: letters, digits and _, not beginning with a digit.", parameter);
        }
    }
}
