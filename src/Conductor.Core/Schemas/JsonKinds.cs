using System.Text.Json;

namespace Conductor.Schemas;

/// <summary>JSON's types as a set. <see cref="Number"/> takes whole numbers too.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
}

internal static class JsonKindsExtensions
{
    private static readonly (string Keyword, JsonKinds Kind, string Words)[] Table =
    [
        ("string", JsonKinds.String, "a string"),
        ("integer", JsonKinds.Integer, "a whole number"),
        ("number", JsonKinds.Number, "a number"),
        ("boolean", JsonKinds.Boolean, "true or false"),
        ("array", JsonKinds.Array, "a list"),
        ("object", JsonKinds.Object, "an object"),
        ("null", JsonKinds.Null, "null"),
    ];

    public static IEnumerable<string> Keywords => Table.Select(row => row.Keyword);

    public static JsonKinds Parse(string keyword) => Table.FirstOrDefault(row => row.Keyword == keyword).Kind;

    public static string InWords(this JsonKinds kinds) => string.Join(" or ", Table.Where(row => kinds.HasFlag(row.Kind)).Select(row => row.Words));

    public static bool Takes(this JsonKinds kinds, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => (kinds & JsonKinds.Null) != 0,
        JsonValueKind.True or JsonValueKind.False => (kinds & JsonKinds.Boolean) != 0,
        JsonValueKind.String => (kinds & JsonKinds.String) != 0,
        JsonValueKind.Array => (kinds & JsonKinds.Array) != 0,
        JsonValueKind.Object => (kinds & JsonKinds.Object) != 0,
        JsonValueKind.Number => (kinds & JsonKinds.Number) != 0 || ((kinds & JsonKinds.Integer) != 0 && JsonNumber.IsWhole(value)),
        _ => false,
    };
}
