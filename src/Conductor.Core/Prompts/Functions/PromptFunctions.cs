using System.Collections.Frozen;
using Conductor.Text;

namespace Conductor.Prompts;

/// <summary>The functions that templates may call. Immutable: adding gives a new registry.</summary>
public sealed class PromptFunctions
{
    private readonly FrozenDictionary<string, RegisteredFunction> _byName;
    private readonly FrozenDictionary<string, RegisteredFunction[]> _byBareName;

    private PromptFunctions(IEnumerable<RegisteredFunction> functions)
    {
        var byName = new Dictionary<string, RegisteredFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (var function in functions)
        {
            byName[function.DisplayName] = function;
        }

        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _byBareName = byName.Values
            .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(group => group.Key, group => group.OrderBy(function => function.Plugin, StringComparer.Ordinal).ToArray(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>No function at all.</summary>
    public static PromptFunctions None { get; } = new([]);

    /// <summary>date, join, json, lower, trim, truncate, upper; by the system's clock.</summary>
    public static PromptFunctions Default { get; } = Create(TimeProvider.System);

    /// <summary>Names that are borne twice, one sentence each: who gives way, and what to write instead.</summary>
    public IReadOnlyList<string> Conflicts { get; private init; } = [];

    /// <summary>The functions that live plugins bring.</summary>
    public IEnumerable<PromptFunctionEntry> OfPlugins => _byName.Values.Select(function => function.Entry).OfType<PromptFunctionEntry>();

    internal IReadOnlyCollection<RegisteredFunction> All => _byName.Values;

    /// <summary>The functions of <see cref="Default"/>, with another clock.</summary>
    public static PromptFunctions Create(TimeProvider time) => new(BuiltInFunctions.Create(time).Select(function => Register(function, null)));

    /// <summary>This registry and these; one of the same name takes the place of the old.</summary>
    public PromptFunctions With(params IEnumerable<PromptFunction> functions) => new(_byName.Values.Concat(functions.Select(function => Register(function, null)))) { Conflicts = Conflicts };

    /// <summary>This registry and these, as Semantic Kernel has them: under a plugin's name.</summary>
    /// <param name="plugin">Letters, digits and `_`.</param>
    /// <param name="functions">One with the same plugin and name takes the place of the old.</param>
    public PromptFunctions WithPlugin(string plugin, params IEnumerable<PromptFunction> functions)
    {
        ArgumentException.ThrowIfNullOrEmpty(plugin);
        return new(_byName.Values.Concat(functions.Select(function => Register(function, plugin)))) { Conflicts = Conflicts };
    }

    /// <summary>This registry and what the live plugins bring. Of two plugins whose ids templates cannot tell apart, the first by id has its functions.</summary>
    public PromptFunctions WithPlugins(IEnumerable<PromptFunctionEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var taken = _byName.ToDictionary(StringComparer.OrdinalIgnoreCase);
        var conflicts = new List<string>();
        foreach (var entry in entries.OrderBy(entry => entry.PluginId, StringComparer.Ordinal).ThenBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (!taken.TryAdd(entry.DisplayName, new RegisteredFunction(entry.TemplatePlugin, entry.Name, entry.Parameters, entry.Run, entry)))
            {
                conflicts.Add($"Function '{entry.DisplayName}' of plugin '{entry.PluginId}' cannot be called: plugin '{taken[entry.DisplayName].Entry?.PluginId}' has one of that name.");
            }
        }

        var all = new PromptFunctions(taken.Values);
        conflicts.AddRange(all._byBareName.Values.Where(group => group.Any(function => function.Entry is not null)).Select(BareNameConflict).OfType<string>());
        return new PromptFunctions(taken.Values) { Conflicts = conflicts };
    }

    /// <summary>
    /// A function by plugin and name. Without a plugin: a function that belongs to none, else the only plugin's that bears the name. Case does not matter.
    /// </summary>
    internal RegisteredFunction? Find(string? plugin, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(plugin is null ? name : $"{plugin}.{name}", out var function) ? function
            : plugin is null && _byBareName.TryGetValue(name, out var bearers) && bearers.Length == 1 ? bearers[0]
            : null;
    }

    /// <summary>Why there is no such function, and what to write instead; goes behind "The template calls 'x', and".</summary>
    /// <param name="plugin">The plugin; null where the template names none.</param>
    /// <param name="name">The function.</param>
    /// <param name="separator">What the template's language writes between plugin and function.</param>
    /// <param name="otherNames">What else might have been meant, helpers for example.</param>
    internal string WhyMissing(string? plugin, string name, char separator = '.', params IEnumerable<string> otherNames) =>
        plugin is null && _byBareName.TryGetValue(name, out var bearers) && bearers.Length > 1
            ? $"{bearers.Length} plugins have one of that name: write {string.Join(" or ", bearers.Select(function => $"{function.Plugin}{separator}{function.Name}"))}."
            : $"there is no such function{NearestName.Hint(name, All.Select(known => known.Name).Concat(otherNames).ToArray())}.";

    private static string? BareNameConflict(RegisteredFunction[] bearers)
    {
        var name = bearers[0].Name;
        var who = string.Join(" and ", bearers.Where(function => function.Plugin is not null).Select(function => $"'{function.DisplayName}'"));
        return bearers.Any(function => function.Plugin is null) ? $"'{name}' is Conductor's own function; a plugin's is called as {who}."
            : PromptFunctionNames.IsTaken(name) ? $"'{name}' is a word of the template language; a plugin's function of that name is called as {who}."
            : bearers.Length > 1 ? $"'{name}' alone calls no function, because several plugins have one: {who}."
            : null;
    }

    private static RegisteredFunction Register(PromptFunction function, string? plugin) => new(plugin, function.Name, function.Parameters, function.Run);
}
