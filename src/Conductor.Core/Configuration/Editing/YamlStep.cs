using System.Globalization;

namespace Conductor.Configuration.Editing;

/// <summary>One step of a path into a document: a member's name, or an item's number from 0. Texts and numbers turn into steps by themselves.</summary>
public readonly record struct YamlStep
{
    private YamlStep(string? name, int index) => (Name, Index) = (name, index);

    /// <summary>The member's name; null for an item.</summary>
    public string? Name { get; }

    /// <summary>The item's number.</summary>
    public int Index { get; }

    public static implicit operator YamlStep(string name) => FromString(name);

    public static implicit operator YamlStep(int index) => FromInt32(index);

    /// <summary>A member.</summary>
    public static YamlStep FromString(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new YamlStep(name, 0);
    }

    /// <summary>An item.</summary>
    public static YamlStep FromInt32(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new YamlStep(null, index);
    }

    public override string ToString() => Name ?? Index.ToString(CultureInfo.InvariantCulture);
}
