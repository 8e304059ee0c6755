namespace Conductor.PluginLoading;

/// <summary>Which contents may run, by plugin id: checked on the bytes, before any code of them is loaded.</summary>
public sealed class PluginPins
{
    private readonly Dictionary<string, HashSet<string>> _allowed;

    /// <summary>Everything may run.</summary>
    public static PluginPins None { get; } = new(new Dictionary<string, IReadOnlyList<string>>(), areRequired: false);

    /// <summary>Creates pins.</summary>
    /// <param name="allowed">By plugin id, SHA-256 of the contents that may run: 64 hexadecimal digits, `sha256:` before them or not.</param>
    /// <param name="areRequired">Whether plugins that are not in <paramref name="allowed"/> are refused, too.</param>
    public PluginPins(IReadOnlyDictionary<string, IReadOnlyList<string>> allowed, bool areRequired)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        _allowed = allowed.ToDictionary(pair => pair.Key, pair => pair.Value.Select(Normal).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        AreRequired = areRequired;
    }

    /// <summary>Whether a plugin without a pin is refused.</summary>
    public bool AreRequired { get; }

    /// <summary>Whether both say the same.</summary>
    public bool AreAs(PluginPins other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return AreRequired == other.AreRequired && _allowed.Count == other._allowed.Count
            && _allowed.All(pair => other._allowed.TryGetValue(pair.Key, out var hashes) && hashes.SetEquals(pair.Value));
    }

    /// <exception cref="PluginRejectedException">The content is not allowed; the message says what to write to allow it.</exception>
    internal void Require(string id, string hash, string file)
    {
        var isPinned = _allowed.TryGetValue(id, out var hashes);
        if (isPinned ? hashes!.Contains(hash) : !AreRequired)
        {
            return;
        }

        var why = isPinned ? $"is not what plugins.allowed allows for '{id}'" : $"has no hash in plugins.allowed, and plugins.require_pins is on";
        throw new PluginRejectedException(
            $"'{file}' {why}; none of its code has run. If it is what you want to run, write into conductor.yaml: plugins: {{ allowed: {{ {id}: [ \"{hash}\" ] }} }}.");
    }

    private static string Normal(string hash) =>
        (hash.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) ? hash[7..] : hash).ToLowerInvariant();
}
