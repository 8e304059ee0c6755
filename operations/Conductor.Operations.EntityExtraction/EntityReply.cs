using System.Text.Json;

namespace Conductor.Operations.EntityExtraction;

/// <summary>An entity as a chat model named it.</summary>
/// <param name="Text">The words, not yet looked up.</param>
/// <param name="Type">As the model wrote it; null where it gave none.</param>
/// <param name="Value">Null where it gave none.</param>
/// <param name="StartIndex">Where the model believes the words begin.</param>
/// <param name="Confidence">As given, unbounded.</param>
internal sealed record NamedEntity(string Text, string? Type, JsonElement? Value, int? StartIndex, double? Confidence);

/// <summary>Reads a model's answer member by member: weak models leave things out, add things, and write numbers as strings.</summary>
internal static class EntityReply
{
    /// <param name="text">The answer.</param>
    /// <param name="unreadable">How many entries of the list are no objects, or have no words.</param>
    /// <exception cref="OperationReplyException">The answer is no JSON, or has no list of entities.</exception>
    public static List<NamedEntity> Read(string text, out int unreadable)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(text);
            root = document.RootElement.Clone();
        }
        catch (JsonException mistake)
        {
            throw new OperationReplyException($"The answer is not the JSON that was asked for: {mistake.Message}", mistake);
        }

        var list = root.ValueKind is JsonValueKind.Object ? Member(root, "entities") : root;
        if (list is not { ValueKind: JsonValueKind.Array } items)
        {
            throw new OperationReplyException("\"entities\" is missing or no list; it must be a list of objects with \"text\", \"type\" and \"value\".");
        }

        var entities = new List<NamedEntity>();
        foreach (var item in items.EnumerateArray())
        {
            if (item.ValueKind is JsonValueKind.Object && Words(Member(item, "text"))?.Trim() is { Length: > 0 } words)
            {
                entities.Add(new NamedEntity(
                    words, Words(Member(item, "type")), Member(item, "value"),
                    (Number(Member(item, "start_index")) ?? Number(Member(item, "start"))) is { } index and >= 0 and <= int.MaxValue ? (int)index : null,
                    Number(Member(item, "confidence"))));
            }
        }

        unreadable = items.GetArrayLength() - entities.Count;
        return entities;
    }

    /// <summary>The string's characters; null for what is no string, or holds half of a surrogate pair.</summary>
    internal static string? Words(JsonElement? element)
    {
        if (element is not { ValueKind: JsonValueKind.String } text)
        {
            return null;
        }

        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement element, string name)
    {
        if (element.TryGetProperty(name, out var exact))
        {
            return exact;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (SameName(member, name))
            {
                return member.Value;
            }
        }

        return null;
    }

    private static bool SameName(JsonProperty member, string name)
    {
        try
        {
            return member.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        }
        catch (InvalidOperationException) // a name with half of a surrogate pair
        {
            return false;
        }
    }

    private static double? Number(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) => value,
        { ValueKind: JsonValueKind.String } text when double.TryParse(
            Words(text), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) => value,
        _ => null,
    };
}
