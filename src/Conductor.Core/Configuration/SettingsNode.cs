namespace Conductor.Configuration;

/// <summary>One value of a document as it was written, with its place. The tree that YAML, sections and overrides have in common.</summary>
internal sealed class SettingsNode
{
    private SettingsNode(SettingsNodeKind kind, int? line)
    {
        Kind = kind;
        Line = line;
    }

    public SettingsNodeKind Kind { get; }

    public int? Line { get; }

    /// <summary>A scalar's text.</summary>
    public string Text { get; set; } = "";

    /// <summary>True for a scalar that is text whatever it looks like: in quotes, or in a block.</summary>
    public bool IsQuoted { get; init; }

    public List<SettingsNode> Items { get; } = [];

    public List<SettingsMember> Members { get; } = [];

    public static SettingsNode Scalar(string text, int? line = null, bool quoted = false) =>
        new(SettingsNodeKind.Scalar, line) { Text = text, IsQuoted = quoted };

    public static SettingsNode List(int? line = null) => new(SettingsNodeKind.List, line);

    public static SettingsNode Object(int? line = null) => new(SettingsNodeKind.Object, line);

    public SettingsNode? this[string name] => Members.Find(member => member.Name == name)?.Value;

    /// <summary>Puts a member in place of one of the same name, or at the end.</summary>
    public void Set(string name, SettingsNode value)
    {
        var member = new SettingsMember(name, value.Line, value);
        var index = Members.FindIndex(known => known.Name == name);
        if (index < 0)
        {
            Members.Add(member);
        }
        else
        {
            Members[index] = member;
        }
    }
}

internal sealed record SettingsMember(string Name, int? Line, SettingsNode Value);

internal enum SettingsNodeKind
{
    Scalar,
    List,
    Object,
}
