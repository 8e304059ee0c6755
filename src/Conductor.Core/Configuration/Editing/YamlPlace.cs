namespace Conductor.Configuration.Editing;

/// <summary>Where a value stands in a YAML text: characters from <see cref="Start"/> up to <see cref="End"/>, comments and blank lines behind it not counted.</summary>
internal sealed class YamlPlace(YamlPlaceKind kind, int start)
{
    public YamlPlaceKind Kind { get; } = kind;

    public int Start { get; } = start;

    public int End { get; set; } = start;

    /// <summary>Written in brackets or braces.</summary>
    public bool IsFlow { get; init; }

    /// <summary>No value at all, as behind `keys:` with nothing below it, or `null`.</summary>
    public bool IsNull { get; init; }

    public List<YamlPlace> Items { get; } = [];

    public List<YamlMember> Members { get; } = [];

    public YamlMember? Find(string name) => Members.Find(member => member.Name == name);
}

/// <summary>One member of a map.</summary>
/// <param name="Name">Its name, unquoted.</param>
/// <param name="Start">Where the name begins.</param>
/// <param name="NameEnd">Where the name ends, its quote included.</param>
/// <param name="Value">Its value.</param>
internal sealed record YamlMember(string Name, int Start, int NameEnd, YamlPlace Value);

internal enum YamlPlaceKind
{
    /// <summary>A scalar, or an alias of an anchor: nothing is changed inside it.</summary>
    Scalar,

    List,

    Map,
}
