using System.Text.Json;
using Conductor.Text;

namespace Conductor.Schemas;

/// <summary>Turns a schema's JSON into nodes, every reference resolved.</summary>
internal sealed class SchemaCompiler
{
    private const int DeepestSchema = 256;

    private readonly JsonElement _document;
    private readonly bool _isOurs;
    private readonly Dictionary<string, SchemaNode> _byPointer = new(StringComparer.Ordinal);
    private int _depth;

    private SchemaCompiler(JsonElement document, bool isOurs)
    {
        _document = document;
        _isOurs = isOurs;
    }

    public static SchemaNode Compile(JsonElement schema, bool isOurs)
    {
        try
        {
            return new SchemaCompiler(schema.Clone(), isOurs).Node(schema.Clone(), "#");
        }
        catch (InvalidOperationException failure)
        {
            // JsonElement's own words for text that is half of a surrogate pair, and for an element that was never set.
            throw new JsonSchemaException($"The schema cannot be read: {failure.Message}", failure);
        }
    }

    private SchemaNode Node(JsonElement schema, string pointer)
    {
        if (_byPointer.TryGetValue(pointer, out var known))
        {
            return known;
        }

        if (++_depth > DeepestSchema)
        {
            throw Unusable(pointer, $"it is nested deeper than {DeepestSchema} levels");
        }

        var node = new SchemaNode();
        _byPointer[pointer] = node;
        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                node.Always = true;
                break;
            case JsonValueKind.False:
                node.Always = false;
                break;
            case JsonValueKind.Object:
                foreach (var keyword in schema.EnumerateObject())
                {
                    Keyword(node, keyword.Name, keyword.Value, $"{pointer}/{Escape(keyword.Name)}");
                }

                break;
            default:
                throw Unusable(pointer, $"a schema is an object, true or false; this is {JsonValues.KindInWords(schema)}");
        }

        _depth--;
        return node;
    }

    private void Keyword(SchemaNode node, string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "$ref":
                node.Ref = Reference(Text(value, at), at);
                break;
            case "$dynamicRef" or "$recursiveRef":
                throw Unusable(at, "dynamic references are not supported; use '$ref'");
            case "$defs" or "definitions":
                _ = Map(value, at);
                break;
            case "writeOnly":
                node.WriteOnly = Flag(value, at);
                break;
            case "x-expected":
                node.Expected = Text(value, at);
                break;
            case "type":
                node.Types = Types(value, at);
                break;
            case "enum":
                node.Enum = Array(value, at);
                break;
            case "const":
                node.Const = value;
                break;
            case "minimum":
                node.Minimum = Number(value, at);
                break;
            case "maximum":
                node.Maximum = Number(value, at);
                break;
            case "exclusiveMinimum":
                node.ExclusiveMinimum = Number(value, at);
                break;
            case "exclusiveMaximum":
                node.ExclusiveMaximum = Number(value, at);
                break;
            case "multipleOf":
                node.MultipleOf = Number(value, at).GetDouble() > 0 ? value : throw Unusable(at, "it must be more than 0");
                break;
            case "minLength":
                node.MinLength = Size(value, at);
                break;
            case "maxLength":
                node.MaxLength = Size(value, at);
                break;
            case "pattern":
                node.Pattern = Pattern(Text(value, at), at);
                break;
            case "format":
                node.Format = Text(value, at);
                break;
            case "prefixItems":
                node.PrefixItems = Schemas(value, at);
                break;
            case "items":
                node.Items = Node(value, at);
                break;
            case "minItems":
                node.MinItems = Size(value, at);
                break;
            case "maxItems":
                node.MaxItems = Size(value, at);
                break;
            case "uniqueItems":
                node.UniqueItems = Flag(value, at);
                break;
            case "contains":
                node.Contains = Node(value, at);
                break;
            case "minContains":
                node.MinContains = Size(value, at);
                break;
            case "maxContains":
                node.MaxContains = Size(value, at);
                break;
            case "properties":
                node.Properties = Map(value, at);
                break;
            case "patternProperties":
                node.PatternProperties = [.. Map(value, at).Select(entry => (Pattern(entry.Key, at), entry.Value))];
                break;
            case "additionalProperties":
                node.AdditionalProperties = Node(value, at);
                break;
            case "propertyNames":
                node.PropertyNames = Node(value, at);
                break;
            case "required":
                node.Required = Texts(value, at);
                break;
            case "minProperties":
                node.MinProperties = Size(value, at);
                break;
            case "maxProperties":
                node.MaxProperties = Size(value, at);
                break;
            case "dependentRequired":
                node.DependentRequired = Object(value, at).ToDictionary(entry => entry.Name, entry => Texts(entry.Value, at));
                break;
            case "dependentSchemas":
                node.DependentSchemas = Map(value, at);
                break;
            case "allOf":
                node.AllOf = Schemas(value, at);
                break;
            case "anyOf":
                node.AnyOf = Schemas(value, at);
                break;
            case "oneOf":
                node.OneOf = Schemas(value, at);
                break;
            case "not":
                node.Not = Node(value, at);
                break;
            case "if":
                node.If = Node(value, at);
                break;
            case "then":
                node.Then = Node(value, at);
                break;
            case "else":
                node.Else = Node(value, at);
                break;
            default:
                break;
        }
    }

    private SchemaNode Reference(string reference, string at)
    {
        if (reference != "#" && !reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw Unusable(at, $"'{JsonValues.Cut(reference)}' is not a reference within this document, such as '#/$defs/name'");
        }

        var target = _document;
        foreach (var escaped in reference.Split('/').Skip(1))
        {
            var step = Uri.UnescapeDataString(escaped).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var found = target.ValueKind switch
            {
                JsonValueKind.Object => target.TryGetProperty(step, out target),
                JsonValueKind.Array => int.TryParse(step, out var index) && index >= 0 && index < target.GetArrayLength() && (target = target[index]).ValueKind != default,
                _ => false,
            };
            if (!found)
            {
                throw Unusable(at, $"'{JsonValues.Cut(reference)}' leads nowhere");
            }
        }

        return Node(target, reference == "#" ? "#" : $"#/{string.Join('/', reference.Split('/').Skip(1).Select(Uri.UnescapeDataString))}");
    }

    private static JsonKinds Types(JsonElement value, string at)
    {
        IReadOnlyList<string> names = value.ValueKind == JsonValueKind.String ? [value.GetString()!] : Texts(value, at);
        var kinds = JsonKinds.None;
        foreach (var name in names)
        {
            var kind = JsonKindsExtensions.Parse(name);
            kinds |= kind != JsonKinds.None ? kind : throw Unusable(at, $"'{JsonValues.Cut(name)}' is not a type{NearestName.Hint(name, JsonKindsExtensions.Keywords)}");
        }

        return kinds != JsonKinds.None ? kinds : throw Unusable(at, "it names no type");
    }

    private SchemaPattern Pattern(string text, string at)
    {
        try
        {
            return new SchemaPattern(text, mayBacktrack: _isOurs);
        }
        catch (ArgumentException failure)
        {
            throw new JsonSchemaException($"{at}: '{JsonValues.Cut(text)}' is not a regular expression: {failure.Message}", failure);
        }
    }

    private Dictionary<string, SchemaNode> Map(JsonElement value, string at)
    {
        var nodes = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        foreach (var entry in Object(value, at))
        {
            nodes[entry.Name] = Node(entry.Value, $"{at}/{Escape(entry.Name)}");
        }

        return nodes;
    }

    private SchemaNode[] Schemas(JsonElement value, string at)
    {
        var nodes = Array(value, at).Select((item, index) => Node(item, $"{at}/{index}")).ToArray();
        return nodes.Length > 0 ? nodes : throw Unusable(at, "it must hold at least one schema");
    }

    private static IReadOnlyList<string> Texts(JsonElement value, string at) => [.. Array(value, at).Select(item => Text(item, at))];

    private static IReadOnlyList<JsonElement> Array(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong("a list", value, at);

    private static JsonElement.ObjectEnumerator Object(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Wrong("an object", value, at);

    private static string Text(JsonElement value, string at) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong("a string", value, at);

    private static bool Flag(JsonElement value, string at) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong("true or false", value, at);

    private static JsonElement Number(JsonElement value, string at) => value.ValueKind == JsonValueKind.Number ? value : throw Wrong("a number", value, at);

    private static int Size(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var size) && size == decimal.Truncate(size) && size is >= 0 and <= int.MaxValue
            ? (int)size
            : throw Wrong("a whole number of at least 0", value, at);

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static JsonSchemaException Wrong(string wanted, JsonElement value, string at) => Unusable(at, $"it must be {wanted}; it is {JsonValues.KindInWords(value)}");

    private static JsonSchemaException Unusable(string at, string why) => new($"{at}: {why}.");
}
