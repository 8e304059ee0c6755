using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>A JSON Schema of draft 2020-12, compiled once and used from any number of threads.</summary>
/// <remarks>
/// Checked: <c>type</c>, <c>enum</c>, <c>const</c>, all assertions on numbers, strings, arrays and objects, <c>prefixItems</c>, <c>items</c>, <c>contains</c>,
/// <c>properties</c>, <c>patternProperties</c>, <c>additionalProperties</c>, <c>propertyNames</c>, <c>dependentRequired</c>, <c>dependentSchemas</c>, <c>allOf</c>,
/// <c>anyOf</c>, <c>oneOf</c>, <c>not</c>, <c>if</c>/<c>then</c>/<c>else</c> and <c>$ref</c> within the document. Of <c>format</c> only <c>uri</c>,
/// <c>date-time</c>, <c>date</c> and <c>uuid</c> are checked. <c>unevaluatedProperties</c>, <c>unevaluatedItems</c> and unknown keywords are ignored.
/// <c>writeOnly</c> keeps a value out of the messages; <c>x-expected</c>, of ours, says in words what a value must be. Lengths of strings count Unicode code points.
/// </remarks>
public sealed class JsonSchema
{
    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>The compiled schema, for readers that are led by it.</summary>
    internal SchemaNode Root => _root;

    /// <summary>Compiles a schema. The element may be disposed of afterwards.</summary>
    /// <exception cref="JsonSchemaException">The schema is not usable: a keyword of the wrong kind, a reference outside the document, a pattern that is no expression.</exception>
    public static JsonSchema Compile(JsonElement schema) => new(SchemaCompiler.Compile(schema, isOurs: false));

    /// <summary>Compiles a schema from its text.</summary>
    /// <exception cref="JsonSchemaException">The text is not JSON, or the schema is not usable.</exception>
    public static JsonSchema Compile(string schema) => Compile(schema, isOurs: false);

    /// <summary>Compiles a schema of ours. Its patterns are known to end, so that the quicker-built kind of expression will do: 25 ms of a start.</summary>
    internal static JsonSchema CompileOwn(string schema) => Compile(schema, isOurs: true);

    private static JsonSchema Compile(string schema, bool isOurs)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            using var document = JsonDocument.Parse(schema);
            return new(SchemaCompiler.Compile(document.RootElement, isOurs));
        }
        catch (JsonException failure)
        {
            throw new JsonSchemaException($"The schema is not JSON: {failure.Message}", failure);
        }
    }

    /// <summary>Everything that <paramref name="instance"/> does against the schema, in the order of the instance; empty when it is valid.</summary>
    /// <remarks>Never throws for a value that was parsed from JSON. At most 256 violations are told.</remarks>
    public IReadOnlyList<SchemaViolation> Validate(JsonElement instance) => SchemaEvaluator.Run(_root, instance);
}
