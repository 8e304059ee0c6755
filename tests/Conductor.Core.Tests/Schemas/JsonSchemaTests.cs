using System.Text.Json;
using Conductor.Schemas;

namespace Conductor.Core.Tests.Schemas;

public sealed class JsonSchemaTests
{
    public static TheoryData<string, string> Valid => new()
    {
        { "true", "1" },
        { "{}", "null" },
        { """{"type":"integer"}""", "5" },
        { """{"type":"integer"}""", "5.0" },
        { """{"type":"integer"}""", "1e3" },
        { """{"type":"integer"}""", "123456789012345678901234567890123456789" },
        { """{"type":"number"}""", "5" },
        { """{"type":["string","null"]}""", "null" },
        { """{"enum":["a",1,null,{"x":[1]}]}""", """{"x":[1.0]}""" },
        { """{"const":{"a":1,"b":2}}""", """{"b":2,"a":1.0}""" },
        { """{"minimum":2,"maximum":2}""", "2.0" },
        { """{"exclusiveMinimum":0}""", "1e-30" },
        { """{"multipleOf":0.01}""", "19.99" },
        { """{"multipleOf":0.1}""", "0.3" },
        { """{"minLength":1,"maxLength":1}""", "\"😀\"" },
        { """{"pattern":"b+"}""", "\"abc\"" },
        { """{"pattern":"^(?!x)a"}""", "\"ab\"" },
        { """{"pattern":"^[[]$"}""", "\"[\"" },
        { """{"minLength":3}""", "5" },
        { """{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", """["a",1,2]""" },
        { """{"uniqueItems":true}""", """[1,"1",[1],{"a":1},true,null]""" },
        { """{"contains":{"type":"string"},"minContains":0}""", "[1]" },
        { """{"contains":{"type":"string"},"maxContains":1}""", """[1,"a"]""" },
        { """{"properties":{"a":{"type":"string"}},"additionalProperties":{"type":"integer"}}""", """{"a":"x","b":1}""" },
        { """{"patternProperties":{"^x-":true},"additionalProperties":false}""", """{"x-a":1}""" },
        { """{"propertyNames":{"pattern":"^[a-z\"]+$"}}""", """{"a\"b":1}""" },
        { """{"dependentRequired":{"a":["b"]}}""", """{"b":1}""" },
        { """{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1" },
        { """{"oneOf":[{"multipleOf":3},{"multipleOf":5}]}""", "9" },
        { """{"not":{"type":"string"}}""", "1" },
        { """{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}""", """{"a":2,"c":1}""" },
        { """{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"string"}}}""", "\"x\"" },
        { """{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}""", """{"next":{"next":{}}}""" },
        { """{"format":"uri"}""", "\"https://example.com/a?b\"" },
        { """{"format":"date-time"}""", "\"2027-01-01T10:00:00+02:00\"" },
        { """{"format":"no-such-format","x-own":1,"description":"d"}""", "\"x\"" },
    };

    public static TheoryData<string, string, string, string> Invalid => new()
    {
        { "false", "1", "", "is not allowed here" },
        { """{"type":"string"}""", "5", "", "must be a string; it is 5" },
        { """{"type":"integer"}""", "2.5", "", "must be a whole number; it is 2.5" },
        { """{"type":["string","null"]}""", "[]", "", "must be a string or null; it is a list" },
        { """{"enum":["refuse","allow"]}""", "\"refsue\"", "", "must be one of 'refuse', 'allow'; it is 'refsue' (nearest: 'refuse')" },
        { """{"const":1}""", "2", "", "must be 1; it is 2" },
        { """{"properties":{"temperature":{"maximum":2}}}""", """{"temperature":3}""", "temperature", "must be at most 2; it is 3" },
        { """{"minimum":0}""", "-1", "", "must be at least 0; it is -1" },
        { """{"exclusiveMinimum":0}""", "0", "", "must be more than 0; it is 0" },
        { """{"exclusiveMaximum":1}""", "1.0", "", "must be less than 1; it is 1.0" },
        { """{"maximum":9007199254740992}""", "9007199254740993", "", "must be at most 9007199254740992; it is 9007199254740993" },
        { """{"multipleOf":0.01}""", "19.995", "", "must be a multiple of 0.01; it is 19.995" },
        { """{"minLength":1}""", "\"\"", "", "must have at least 1 character; it has 0" },
        { """{"maxLength":2}""", "\"abc\"", "", "must have at most 2 characters; it has 3" },
        { """{"pattern":"^a$"}""", "\"a\\n\"", "", "must match the pattern '^a$'; it is 'a·'" },
        { """{"pattern":"^\\d$"}""", "\"٣\"", "", "must match the pattern '^\\d$'; it is '٣'" },
        { """{"writeOnly":true,"pattern":"^sha256"}""", "\"secret\"", "", "must match the pattern '^sha256'" },
        { """{"format":"uri"}""", "\"/etc/passwd\"", "", "must be an absolute URI, such as 'https://host/path'; it is '/etc/passwd'" },
        { """{"format":"date-time"}""", "\"2027-13-01T00:00:00Z\"", "", "must be a date and time with its offset, such as '2027-01-01T00:00:00Z'; it is '2027-13-01T00:00:00Z'" },
        { """{"items":{"properties":{"id":{"type":"string"}}}}""", """[{},{},{"id":1}]""", "[2].id", "must be a string; it is 1" },
        { """{"properties":{"models":{"items":{"required":["id"]}}}}""", """{"models":[{}]}""", "models[0].id", "is required" },
        { """{"minItems":1}""", "[]", "", "must have at least 1 item; it has 0" },
        { """{"maxItems":1}""", "[1,2]", "", "must have at most 1 item; it has 2" },
        { """{"uniqueItems":true}""", "[1,2,1.0]", "", "must not hold the same item twice; items 0 and 2 are the same" },
        { """{"contains":{"type":"string"}}""", "[1]", "", "must hold at least 1 item of the kind that 'contains' describes; it holds 0" },
        { """{"required":["text"]}""", "{}", "text", "is required" },
        { """{"properties":{"temperature":{}},"additionalProperties":false}""", """{"temprature":1}""", "temprature", "unknown member 'temprature' (nearest: 'temperature')" },
        { """{"properties":{"a":{},"b":{}},"additionalProperties":false}""", """{"zzz":1}""", "zzz", "unknown member 'zzz' (allowed: 'a', 'b')" },
        { """{"propertyNames":{"maxLength":3}}""", """{"long/name":1}""", "[\"long/name\"]", "as a name must have at most 3 characters; it has 9" },
        { """{"minProperties":1}""", "{}", "", "must have at least 1 member; it has 0" },
        { """{"maxProperties":1}""", """{"a":1,"b":1}""", "", "must have at most 1 member; it has 2" },
        { """{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", "b", "is required together with 'a'" },
        { """{"allOf":[{"minimum":1},{"maximum":3}]}""", "5", "", "must be at most 3; it is 5" },
        { """{"anyOf":[{"type":"string"},{"type":"object","required":["value"]}]}""", "{}", "value", "is required" },
        { """{"anyOf":[{"type":"string"},{"type":"object"}]}""", "1", "", "matches none of its 2 alternatives: must be a string; it is 1; or must be an object; it is 1" },
        { """{"oneOf":[{"multipleOf":3},{"multipleOf":5}]}""", "15", "", "must match exactly one of 2 alternatives; it matches 2: number 1 and 2" },
        { """{"not":{"type":"string"}}""", "\"a\"", "", "must not be of the kind that 'not' describes" },
        { """{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}""", """{"a":1}""", "b", "is required" },
        { """{"if":{"required":["a"]},"else":{"required":["c"]}}""", "{}", "c", "is required" },
        { """{"$ref":"#/$defs/n","maximum":1,"$defs":{"n":{"type":"number"}}}""", "2", "", "must be at most 1; it is 2" },
        { """{"type":"array","items":{"$ref":"#"}}""", "[[[1]]]", "[0][0][0]", "must be a list; it is 1" },
        { """{"properties":{"parameters":{"properties":{"max_sentences":{"maximum":20}}}}}""", """{"parameters":{"max_sentences":21}}""", "parameters.max_sentences", "must be at most 20; it is 21" },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void Validate_ValidInstance_ReportsNothing(string schema, string instance)
    {
        Assert.Empty(Check(schema, instance));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Validate_InvalidInstance_SaysWhereAndWhat(string schema, string instance, string path, string message)
    {
        var violation = Assert.Single(Check(schema, instance));

        Assert.Equal((path, message), (violation.Path, violation.Message));
    }

    [Fact]
    public void Validate_SeveralMistakes_ReportsAllOfThem()
    {
        var violations = Check(
            """{"properties":{"text":{"minLength":1},"top_p":{"maximum":1}},"required":["model"],"additionalProperties":false}""",
            """{"text":"","top_p":2,"extra":true}""");

        Assert.Equal(["model", "text", "top_p", "extra"], violations.Select(violation => violation.Path));
    }

    [Theory]
    [InlineData("1", "#: a schema is an object, true or false; this is a number.")]
    [InlineData("""{"type":"strnig"}""", "#/type: 'strnig' is not a type (nearest: 'string').")]
    [InlineData("""{"type":[]}""", "#/type: it names no type.")]
    [InlineData("""{"properties":{"a":{"minimum":"1"}}}""", "#/properties/a/minimum: it must be a number; it is a string.")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf: it must be more than 0.")]
    [InlineData("""{"minLength":-1}""", "#/minLength: it must be a whole number of at least 0; it is a number.")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "#/$ref: 'https://example.com/schema' is not a reference within this document, such as '#/$defs/name'.")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref: '#/$defs/none' leads nowhere.")]
    [InlineData("""{"anyOf":[]}""", "#/anyOf: it must hold at least one schema.")]
    [InlineData("""{"$defs":{"unused":{"type":5}}}""", "#/$defs/unused/type: it must be a list; it is a number.")]
    public void Compile_UnusableSchema_ThrowsAndSaysWhere(string schema, string message)
    {
        var failure = Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(schema));

        Assert.Equal(message, failure.Message);
    }

    [Theory]
    [InlineData("""{"pattern":"("}""")]
    [InlineData("""{"patternProperties":{"[":true}}""")]
    [InlineData("not json")]
    public void Compile_UnusableText_Throws(string schema)
    {
        Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(schema));
    }

    [Fact]
    public void Compile_SchemaNestedWithoutBound_Throws()
    {
        var options = new JsonDocumentOptions { MaxDepth = 1_000 };
        using var document = JsonDocument.Parse(string.Concat(Enumerable.Repeat("{\"not\":", 500)) + "{}" + new string('}', 500), options);

        Assert.Throws<JsonSchemaException>(() => JsonSchema.Compile(document.RootElement));
    }

    [Fact]
    public void Validate_SchemaThatRefersToItself_EndsWithAViolation()
    {
        var violation = Assert.Single(Check("""{"$ref":"#"}""", "1"));

        Assert.Contains("refers to itself without end", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_CombinationsThatMultiply_EndWithAViolation()
    {
        // Each level asks the next one twice: 2^40 steps if nobody counted.
        var levels = string.Join(',', Enumerable.Range(0, 40).Select(i => $$$"""
            "l{{{i}}}":{"allOf":[{"$ref":"#/$defs/l{{{i + 1}}}"},{"$ref":"#/$defs/l{{{i + 1}}}"}]}
            """));

        var violation = Assert.Single(Check("{\"$ref\":\"#/$defs/l0\",\"$defs\":{" + levels + ",\"l40\":{\"type\":\"string\"}}}", "\"x\""));

        Assert.Equal("is too much to check against its schema", violation.Message);
    }

    [Fact]
    public void Validate_PatternThatBacktracksWithoutEnd_EndsWithAViolation()
    {
        var violation = Assert.Single(Check("""{"pattern":"^(?=(a+)+$)b"}""", $"\"{new string('a', 4_000)}!\""));

        Assert.Contains("pattern", violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TextThatIsHalfASurrogatePair_IsAViolationAtItsPlace()
    {
        var violation = Assert.Single(Check("""{"properties":{"text":{"minLength":1}}}""", """{"text":"\ud800"}"""));

        Assert.Equal(("text", "is not valid text: it holds half of a surrogate pair"), (violation.Path, violation.Message));
    }

    [Fact]
    public void Validate_ThousandsOfMistakes_TellsTheFirst256()
    {
        Assert.Equal(256, Check("""{"items":{"type":"string"}}""", $"[{string.Join(',', Enumerable.Repeat("1", 5_000))}]").Count);
    }

    [Fact]
    public void Validate_DocumentOfTheSchemaDisposed_StillWorks()
    {
        var document = JsonDocument.Parse("""{"enum":["a"],"properties":{"x":{"const":1}}}""");
        var schema = JsonSchema.Compile(document.RootElement);
        document.Dispose();

        using var instance = JsonDocument.Parse("\"b\"");
        Assert.Single(schema.Validate(instance.RootElement));
    }

    private static IReadOnlyList<SchemaViolation> Check(string schema, string instance)
    {
        using var document = JsonDocument.Parse(instance);
        return JsonSchema.Compile(schema).Validate(document.RootElement);
    }
}
