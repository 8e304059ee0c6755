using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>One compiled schema object. Null or empty members are keywords that it does not have.</summary>
internal sealed class SchemaNode
{
    /// <summary>For the boolean schemas; null for an object.</summary>
    public bool? Always { get; set; }

    /// <summary>Values under this schema are kept out of messages.</summary>
    public bool WriteOnly { get; set; }

    /// <summary>`x-expected`: in words what a value of the right kind has to be, said instead of what the keywords would say.</summary>
    public string? Expected { get; set; }

    public SchemaNode? Ref { get; set; }

    public JsonKinds Types { get; set; }

    public IReadOnlyList<JsonElement>? Enum { get; set; }

    public JsonElement? Const { get; set; }

    // Numbers.
    public JsonElement? Minimum { get; set; }

    public JsonElement? Maximum { get; set; }

    public JsonElement? ExclusiveMinimum { get; set; }

    public JsonElement? ExclusiveMaximum { get; set; }

    public JsonElement? MultipleOf { get; set; }

    // Strings.
    public int? MinLength { get; set; }

    public int? MaxLength { get; set; }

    public SchemaPattern? Pattern { get; set; }

    public string? Format { get; set; }

    // Arrays.
    public IReadOnlyList<SchemaNode> PrefixItems { get; set; } = [];

    public SchemaNode? Items { get; set; }

    public int? MinItems { get; set; }

    public int? MaxItems { get; set; }

    public bool UniqueItems { get; set; }

    public SchemaNode? Contains { get; set; }

    public int MinContains { get; set; } = 1;

    public int? MaxContains { get; set; }

    // Objects.
    public IReadOnlyDictionary<string, SchemaNode> Properties { get; set; } = EmptyNodes;

    public IReadOnlyList<(SchemaPattern Pattern, SchemaNode Node)> PatternProperties { get; set; } = [];

    public SchemaNode? AdditionalProperties { get; set; }

    public SchemaNode? PropertyNames { get; set; }

    public IReadOnlyList<string> Required { get; set; } = [];

    public int? MinProperties { get; set; }

    public int? MaxProperties { get; set; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? DependentRequired { get; set; }

    public IReadOnlyDictionary<string, SchemaNode> DependentSchemas { get; set; } = EmptyNodes;

    // Combinations.
    public IReadOnlyList<SchemaNode> AllOf { get; set; } = [];

    public IReadOnlyList<SchemaNode> AnyOf { get; set; } = [];

    public IReadOnlyList<SchemaNode> OneOf { get; set; } = [];

    public SchemaNode? Not { get; set; }

    public SchemaNode? If { get; set; }

    public SchemaNode? Then { get; set; }

    public SchemaNode? Else { get; set; }

    public static IReadOnlyDictionary<string, SchemaNode> EmptyNodes { get; } = new Dictionary<string, SchemaNode>();
}
