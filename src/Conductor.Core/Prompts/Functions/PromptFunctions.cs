using System.Collections.Frozen;

namespace Conductor.Prompts;

/// <summary>The functions that templates may call. Immutable: adding gives a new registry.</summary>
public sealed class PromptFunctions
{
    private readonly FrozenDictionary<string, PromptFunction> _byName;

    private PromptFunctions(IEnumerable<PromptFunction> functions)
    {
        var byName = new Dictionary<string, PromptFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (var function in functions)
        {
            byName[function.DisplayName] = function;
        }

        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>No function at all.</summary>
    public static PromptFunctions None { get; } = new([]);

    /// <summary>date, join, json, lower, trim, truncate, upper; by the system's clock.</summary>
    public static PromptFunctions Default { get; } = Create(TimeProvider.System);

    public IReadOnlyCollection<PromptFunction> All => _byName.Values;

    /// <summary>The functions of <see cref="Default"/>, with another clock.</summary>
    public static PromptFunctions Create(TimeProvider time) => new(BuiltInFunctions.Create(time));

    /// <summary>This registry and these; one with the same plugin and name takes the place of the old.</summary>
    public PromptFunctions With(params IEnumerable<PromptFunction> functions) => new(_byName.Values.Concat(functions));

    /// <summary>A function by plugin and name; without a plugin, of any plugin. Case does not matter.</summary>
    public PromptFunction? Find(string? plugin, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_byName.TryGetValue(plugin is null ? name : $"{plugin}.{name}", out var function))
        {
            return function;
        }

        return plugin is null ? _byName.Values.FirstOrDefault(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) : null;
    }
}
