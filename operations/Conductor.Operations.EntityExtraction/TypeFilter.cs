namespace Conductor.Operations.EntityExtraction;

/// <summary>Which types the caller wants, and what a model's name for one of them is here.</summary>
internal sealed class TypeFilter
{
    private const string Unnamed = "misc";
    private readonly Dictionary<string, string>? _wanted;

    /// <param name="wanted">The caller's types; null or none = all.</param>
    public TypeFilter(IReadOnlyList<string>? wanted)
    {
        if (wanted is { Count: > 0 })
        {
            _wanted = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in wanted)
            {
                _wanted.TryAdd(EntityTypeName.Key(name), EntityTypeName.Normalize(name));
            }
        }
    }

    /// <summary>The type in lower case; null for one that was not asked for. A missing type is the one that was asked for, where there was but one.</summary>
    public string? Resolve(string? name)
    {
        var key = EntityTypeName.Key(name ?? "");
        if (_wanted is null)
        {
            return key.Length == 0 ? Unnamed : EntityTypeName.Normalize(name!);
        }

        if (key.Length == 0)
        {
            return _wanted.Count == 1 ? _wanted.Values.First() : null;
        }

        return _wanted.GetValueOrDefault(key);
    }
}
