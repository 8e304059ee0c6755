using System.Text.Json;
using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>What a schema says about one place: which kinds of value it takes and what its members and items are. Leads the reading of scalars.</summary>
internal sealed class SchemaGuide
{
    private const int MostNodes = 64; // a place of our schemas has under ten; bounds schemas that refer to themselves

    private readonly List<SchemaNode> _nodes = [];
    private readonly Dictionary<string, SchemaGuide?> _members = new(StringComparer.Ordinal);
    private SchemaGuide? _item;
    private bool _itemKnown;

    private SchemaGuide()
    {
    }

    /// <summary>Every kind that some alternative takes; all of them where the schema says nothing.</summary>
    public JsonKinds Kinds { get; private set; }

    /// <summary>The names of members that the schema knows.</summary>
    public IEnumerable<string> Names => _nodes.SelectMany(node => node.Properties.Keys);

    public static SchemaGuide? For(SchemaNode? schema) => schema is null ? null : For([schema]);

    public SchemaGuide? Member(string name)
    {
        // Remembered: a catalogue asks for the same dozen names a hundred times.
        if (!_members.TryGetValue(name, out var guide))
        {
            _members[name] = guide = FindMember(name);
        }

        return guide;
    }

    public SchemaGuide? Item()
    {
        if (!_itemKnown)
        {
            _item = For([.. _nodes.Where(node => node.Items is not null).Select(node => node.Items!)]);
            _itemKnown = true;
        }

        return _item;
    }

    private SchemaGuide? FindMember(string name)
    {
        List<SchemaNode> found = [];
        foreach (var node in _nodes)
        {
            if (node.Properties.TryGetValue(name, out var property))
            {
                found.Add(property);
            }
            else if (node.PatternProperties.FirstOrDefault(pattern => pattern.Pattern.IsMatch(name) == true).Node is { } matched)
            {
                found.Add(matched);
            }
            else if (node.AdditionalProperties is { } additional)
            {
                found.Add(additional);
            }
        }

        return For(found);
    }

    /// <summary>A member's name as the schema writes it, where only capitals and underscores differ: `MaxAttempts` is `max_attempts`.</summary>
    public string Spelling(string name)
    {
        var plain = Plain(name);
        return _nodes.SelectMany(node => node.Properties.Keys).FirstOrDefault(known => Plain(known) == plain) ?? name;

        static string Plain(string text) => text.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
    }

    private static SchemaGuide? For(List<SchemaNode> nodes)
    {
        if (nodes.Count == 0)
        {
            return null;
        }

        var guide = new SchemaGuide();
        foreach (var node in nodes)
        {
            guide.Add(node);
        }

        guide.Kinds = guide._nodes.Aggregate(JsonKinds.None, (kinds, node) => kinds | KindsOf(node));
        return guide;
    }

    private void Add(SchemaNode node)
    {
        if (_nodes.Count >= MostNodes || _nodes.Contains(node))
        {
            return;
        }

        _nodes.Add(node);
        IEnumerable<SchemaNode?> parts = [node.Ref, node.Then, node.Else, .. node.AllOf, .. node.AnyOf, .. node.OneOf];
        foreach (var part in parts)
        {
            if (part is not null)
            {
                Add(part);
            }
        }
    }

    private static JsonKinds KindsOf(SchemaNode node)
    {
        if (node.Types != JsonKinds.None)
        {
            return node.Types;
        }

        if (node.Const is { } only)
        {
            return KindOf(only);
        }

        return node.Enum?.Aggregate(JsonKinds.None, (kinds, choice) => kinds | KindOf(choice)) ?? JsonKinds.None;
    }

    private static JsonKinds KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonKinds.String,
        JsonValueKind.Number => JsonKinds.Number,
        JsonValueKind.True or JsonValueKind.False => JsonKinds.Boolean,
        JsonValueKind.Null => JsonKinds.Null,
        JsonValueKind.Array => JsonKinds.Array,
        _ => JsonKinds.Object,
    };
}
