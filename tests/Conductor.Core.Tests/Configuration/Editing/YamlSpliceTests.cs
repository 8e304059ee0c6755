using System.Text.Json;
using Conductor.Configuration.Editing;

namespace Conductor.Core.Tests.Configuration.Editing;

/// <summary>A text is changed where it is meant, and every other character stays.</summary>
public sealed class YamlSpliceTests
{
    /// <summary>Before, after; `\r\n` is tried besides.</summary>
    public static TheoryData<string, string> Added => new()
    {
        { "", "keys:\n  - { a: 1 }\n" },
        { "# only a comment\n", "# only a comment\nkeys:\n  - { a: 1 }\n" },
        { "# no line's end", "# no line's end\nkeys:\n  - { a: 1 }\n" },
        { "{}", "{ keys: [ { a: 1 } ] }" },
        { "{ tenants: { acme: {} } }\n", "{ tenants: { acme: {} }, keys: [ { a: 1 } ] }\n" },
        { "keys:\n", "keys:\n  - { a: 1 }\n" },
        { "keys:   # nobody yet\n\n# the end\n", "keys:   # nobody yet\n  - { a: 1 }\n\n# the end\n" },
        { "keys: []\n", "keys: [ { a: 1 } ]\n" },
        { "keys: [ { b: 2 } ]   # one\n", "keys: [ { b: 2 }, { a: 1 } ]   # one\n" },
        { "keys: [\n  { b: 2 },   # one\n]\n", "keys: [\n  { b: 2 }, { a: 1 },   # one\n]\n" },
        { "tenants:\n  acme: {}\n\n# keys below\n", "tenants:\n  acme: {}\n\n# keys below\nkeys:\n  - { a: 1 }\n" },
        { "keys:\n- { b: 2 }   # one\n\n# tail\ntenants: {}\n", "keys:\n- { b: 2 }   # one\n- { a: 1 }\n\n# tail\ntenants: {}\n" },
        { "keys:\n    -   name: web   # block\n        tenant: acme\n\ntenants: {}", "keys:\n    -   name: web   # block\n        tenant: acme\n    - { a: 1 }\n\ntenants: {}" },
        { "keys:\n  - name: |\n      many\n      lines\n\n\n# tail\n", "keys:\n  - name: |\n      many\n      lines\n  - { a: 1 }\n\n\n# tail\n" },
        { "keys:\n  - { n: \"ä 😀 é\" } # ü\n", "keys:\n  - { n: \"ä 😀 é\" } # ü\n  - { a: 1 }\n" },
    };

    /// <summary>Before, path, value, after.</summary>
    public static TheoryData<string, string, string, string> Settings => new()
    {
        { "a: 1   # one\nb: 2\n", "a", "7", "a: 7   # one\nb: 2\n" },
        { "a: 'x: y'   # one\n", "a", "7", "a: 7   # one\n" },
        { "a:   # nothing\nb: 2\n", "a", "7", "a: 7   # nothing\nb: 2\n" },
        { "a:\nb: 2\n", "a", "[ 1 ]", "a: [ 1 ]\nb: 2\n" },
        { "a:\n  b: 1\n  c: 2   # two\n\nd: 3\n", "a.c", "7", "a:\n  b: 1\n  c: 7   # two\n\nd: 3\n" },
        { "a:\n  b: 1\n  c: 2   # two\n\nd: 3\n", "a.e", "7", "a:\n  b: 1\n  c: 2   # two\n  e: 7\n\nd: 3\n" },
        { "a:\n  b: 1\nd: 3\n", "a", "{ x: 1 }", "a: { x: 1 }\nd: 3\n" },
        { "a: { b: 1, c: 2 }   # both\n", "a.b", "7", "a: { b: 7, c: 2 }   # both\n" },
        { "a: { b: 1, c: 2 }   # both\n", "a.d", "7", "a: { b: 1, c: 2, d: 7 }   # both\n" },
        { "a: {}\n", "a.b", "7", "a: { b: 7 }\n" },
        { "a:\n", "a.b", "7", "a:\n  b: 7\n" },
        { "x: 1\n", "a.b.c", "7", "x: 1\na: { b: { c: 7 } }\n" },
        { "a:\n  - { b: 1 }\n  - b: 2   # two\n    c: 3\n", "a.0.b", "7", "a:\n  - { b: 7 }\n  - b: 2   # two\n    c: 3\n" },
        { "a:\n  - { b: 1 }\n  - b: 2   # two\n    c: 3\n", "a.1.b", "7", "a:\n  - { b: 1 }\n  - b: 7   # two\n    c: 3\n" },
        { "a:\n  - { b: 1 }\n  - b: 2   # two\n    c: 3\n", "a.1.d", "7", "a:\n  - { b: 1 }\n  - b: 2   # two\n    c: 3\n    d: 7\n" },
        { "a:\n  - 1\n", "a.1", "7", "a:\n  - 1\n  - 7\n" },
        { "a:\n  - 1   # one\n", "a.0", "7", "a:\n  - 7   # one\n" },
        { "a: |\n  many\n  lines\nb: 1\n", "a", "7", "a: 7\nb: 1\n" },
        { "a: \"x\"\n", "a", "|\nmany\nlines", "a:\n  |\n  many\n  lines\n" },
        { "\"quoted name\": 1\n", "quoted name", "7", "\"quoted name\": 7\n" },
        { "tenants:\n  acme:\n    models: [ fast ]\n  other: {}\n", "tenants.acme.limits", "{ rpm: 3 }", "tenants:\n  acme:\n    models: [ fast ]\n    limits: { rpm: 3 }\n  other: {}\n" },
    };

    /// <summary>Before, path, after.</summary>
    public static TheoryData<string, string, string> Removed => new()
    {
        { "a: 1\nb: 2   # two\nc: 3\n", "b", "a: 1\nc: 3\n" },
        { "a: 1\n# about b\nb:\n  - 1\n  - 2   # two\n\nc: 3\n", "b", "a: 1\n# about b\n\nc: 3\n" },
        { "a: { b: 1, c: 2, d: 3 }\n", "a.c", "a: { b: 1, d: 3 }\n" },
        { "a: { b: 1, c: 2 }\n", "a.c", "a: { b: 1 }\n" },
        { "a: { b: 1 }\n", "a.b", "a: {  }\n" },
        { "a:\n  - 1\n  - 2   # two\n  - 3\n", "a.1", "a:\n  - 1\n  - 3\n" },
        { "a:\n  - x: 1\n    y: 2\n  - 3\n", "a.0", "a:\n  - 3\n" },
        { "a:\n  - x: 1\n", "a.0", "a:\n" },
        { "a:\n  - x: 1   # one\n    y: 2\n", "a.0.x", "a:\n  - y: 2\n" },
        { "a:\n  - x: 1\n    y: 2\n", "a.0.y", "a:\n  - x: 1\n" },
        { "a:\n  - x: 1\n", "a.0.x", "a:\n  - {}\n" },
        { "a:\n  -\n    x: 1\n  - 2\n", "a.0", "a:\n  - 2\n" },
        { "a: [ 1, 2, 3 ]\n", "a.0", "a: [ 2, 3 ]\n" },
        { "a: [ 1, 2, 3 ]\n", "a.2", "a: [ 1, 2 ]\n" },
        { "a:\nb: 1\n", "a", "b: 1\n" },
        { "a: 1\nb: 2", "b", "a: 1\n" },
    };

    [Theory]
    [MemberData(nameof(Added))]
    public void Add_ToAList_OneItemMoreAndNothingElse(string before, string after) => Both(before, after, yaml => yaml.Add("{ a: 1 }", "keys"));

    [Theory]
    [MemberData(nameof(Settings))]
    public void Set_AValue_ItAndNothingElse(string before, string path, string value, string after) => Both(before, after, yaml => yaml.Set(value, Path(path)));

    [Theory]
    [MemberData(nameof(Removed))]
    public void Remove_AMemberOrItem_ItsLinesAndNothingElse(string before, string path, string after) => Both(before, after, yaml => Assert.True(yaml.Remove(Path(path))));

    [Fact]
    public void Remove_NotThere_False()
    {
        var yaml = new YamlSplice("a: [ 1 ]\n");

        Assert.False(yaml.Remove("b"));
        Assert.False(yaml.Remove("a", 1));
        Assert.False(yaml.Remove("a", "x"));
        Assert.True(yaml.Has("a", 0));
        Assert.Equal("a: [ 1 ]\n", yaml.ToString());
    }

    [Fact]
    public void Add_BlockItem_IndentedAsItsNeighbours()
    {
        var yaml = new YamlSplice("keys:\n    - name: a\n");

        yaml.Add("name: b\ntags:\n  x: y", "keys");

        Assert.Equal("keys:\n    - name: a\n    - name: b\n      tags:\n        x: y\n", yaml.ToString());
    }

    [Theory]
    [InlineData("a: { b: 1 }\n", "a.c", "x: 1\ny: 2")] // lines between braces
    [InlineData("a: 1\n", "a.b", "7")] // a number has no members
    [InlineData("a: [ 1 ]\n", "a.3", "7")] // a gap in a list
    [InlineData("a: &x { b: 1 }\nc: *x\n", "c.b", "7")] // somebody else's value
    [InlineData("a: 1\n---\nb: 1\n", "a", "7")] // two documents
    [InlineData("a: [ 1\n", "a", "7")] // no YAML
    [InlineData("- 1\n", "a", "7")] // a list has no names
    public void Set_ShapeThatCannotBeChanged_SaysSoAndLeavesTheText(string text, string path, string value)
    {
        var was = text;

        Assert.Throws<FormatException>(() =>
        {
            var yaml = new YamlSplice(text);
            try
            {
                yaml.Set(value, Path(path));
            }
            finally
            {
                was = yaml.ToString();
            }
        });

        Assert.Equal(text, was);
    }

    [Theory]
    [InlineData("acme", "acme")]
    [InlineData("tenant-admin", "tenant-admin")]
    [InlineData("true", "\"true\"")]
    [InlineData("", "\"\"")]
    [InlineData("2027-01-01", "\"2027-01-01\"")]
    [InlineData("a: b # c", "\"a: b # c\"")]
    [InlineData("${OPENAI_API_KEY}", "\"$${OPENAI_API_KEY}\"")]
    [InlineData("$${X}", "\"$$${X}\"")]
    [InlineData("two\nlines\u2028\u0085", "\"two\\nlines\\u2028\\u0085\"")]
    public void Text_OfAnything_OneLineThatReadsAsWritten(string text, string written) => Assert.Equal(written, YamlText.Of(text));

    [Fact]
    public void Text_OfJson_BracesAndBrackets()
    {
        var json = JsonElement.Parse("""{"name":"Web 1","models":["fast","openai/*"],"budget":{"usd":5.50,"per":"day"},"ip":[],"tags":{},"enabled":false,"expires":null}""");

        Assert.Equal("""{ name: "Web 1", models: [ fast, "openai/*" ], budget: { usd: 5.50, per: day }, ip: [], tags: {}, enabled: false, expires: null }""", YamlText.Of(json));
    }

    [Fact]
    public void Splices_ManyAtRandom_EveryOtherLineStays()
    {
        // Items come and go in a file with a comment behind each; what stays is compared with a list that does the same.
        var random = new Random(7);
        var yaml = new YamlSplice("# head\nkeys:\n# between\ntail: 1   # end\n");
        List<string> items = [];
        for (var i = 0; i < 400; i++)
        {
            if (items.Count > 0 && random.Next(3) == 0)
            {
                var at = random.Next(items.Count);
                Assert.True(yaml.Remove("keys", at));
                items.RemoveAt(at);
            }
            else
            {
                var item = random.Next(2) == 0 ? $"{{ n: {i} }}" : $"n: {i}\n    m: \"#\"";
                yaml.Add(item.Replace("\n    ", "\n", StringComparison.Ordinal), "keys");
                items.Add(item);
            }

            Assert.Equal($"# head\nkeys:\n{string.Concat(items.Select(item => $"  - {item}\n"))}# between\ntail: 1   # end\n", yaml.ToString());
        }
    }

    private static void Both(string before, string after, Action<YamlSplice> change)
    {
        foreach (var end in (string[])["\n", "\r\n"])
        {
            var yaml = new YamlSplice(before.Replace("\n", end, StringComparison.Ordinal));
            change(yaml);
            if (end == "\n" || before.Contains('\n', StringComparison.Ordinal))
            {
                Assert.Equal(after.Replace("\n", end, StringComparison.Ordinal), yaml.ToString());
            }
        }
    }

    private static YamlStep[] Path(string path) => [.. path.Split('.').Select(step => int.TryParse(step, out var index) ? (YamlStep)index : step)];
}
