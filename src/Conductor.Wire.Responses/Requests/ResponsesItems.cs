using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>What whoever keeps conversations does with items: gives them ids, puts them together, finds what one refers to.</summary>
public static class ResponsesItems
{
    /// <summary>The input as items, each with an id: a plain string is a message, a message's plain string a part.</summary>
    /// <param name="body">The request's whole body.</param>
    /// <param name="newId">Makes an id that begins with what it is given, `msg`, `fc`, `fco` or `item`.</param>
    /// <returns>UTF-8 JSON, an array; empty where there is no input.</returns>
    public static ReadOnlyMemory<byte> InputOf(JsonElement body, Func<string, string> newId)
    {
        ArgumentNullException.ThrowIfNull(newId);
        return Write(writer =>
        {
            writer.WriteStartArray();
            foreach (var item in ItemsOf(body))
            {
                WriteItem(writer, item, newId);
            }

            writer.WriteEndArray();
        });
    }

    /// <summary>Ids that the input refers to by `item_reference`.</summary>
    public static IReadOnlyList<string> ReferencesIn(JsonElement body) => [.. ItemsOf(body).Select(ReferenceIn).OfType<string>()];

    /// <summary>The same request, standing on its own: what came before is part of its input, references are what they refer to, and `previous_response_id` is gone.</summary>
    /// <param name="body">The request's whole body.</param>
    /// <param name="before">The items of the conversation until now, oldest first.</param>
    /// <param name="find">The item of an id; null where it is not known, and the reference stays.</param>
    public static ReadOnlyMemory<byte> Expand(JsonElement body, IEnumerable<JsonElement> before, Func<string, JsonElement?> find)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(find);
        return Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in body.EnumerateObject())
            {
                if (member.Name is not ("input" or "previous_response_id"))
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteStartArray("input"u8);
            foreach (var item in before)
            {
                item.WriteTo(writer);
            }

            foreach (var item in ItemsOf(body))
            {
                (ReferenceIn(item) is { } id ? find(id) ?? item : item).WriteTo(writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary>An item of a whole answer or of its input by its id; null where there is none.</summary>
    public static JsonElement? Find(JsonElement answer, JsonElement input, string id)
    {
        foreach (var item in AnswerJson.Items(answer, "output"u8).Concat(input.ValueKind == JsonValueKind.Array ? input.EnumerateArray() : default))
        {
            if (AnswerJson.String(item, "id"u8) == id)
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>The ids of items, those that have one.</summary>
    public static IReadOnlyList<string> IdsOf(IEnumerable<JsonElement> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return [.. items.Select(item => AnswerJson.String(item, "id"u8)).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<JsonElement> ItemsOf(JsonElement body)
    {
        if (!body.TryGetProperty("input"u8, out var input))
        {
            return [];
        }

        return input.ValueKind switch
        {
            JsonValueKind.Array => input.EnumerateArray(),
            JsonValueKind.String => [JsonElement.Parse(Write(writer => WriteMessage(writer, input)).Span)],
            _ => [],
        };
    }

    private static void WriteMessage(Utf8JsonWriter writer, JsonElement text)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "user"u8);
        WriteText(writer, text, "input_text");
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, JsonElement text, string type)
    {
        writer.WriteStartArray("content"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WritePropertyName("text"u8);
        text.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static string? ReferenceIn(JsonElement item) =>
        AnswerJson.String(item, "type"u8) is "item_reference" || (item.ValueKind == JsonValueKind.Object && item.GetPropertyCount() == 1)
            ? AnswerJson.String(item, "id"u8)
            : null;

    private static void WriteItem(Utf8JsonWriter writer, JsonElement item, Func<string, string> newId)
    {
        if (item.ValueKind != JsonValueKind.Object || ReferenceIn(item) is not null)
        {
            item.WriteTo(writer);
            return;
        }

        var type = AnswerJson.String(item, "type"u8) ?? "message";
        writer.WriteStartObject();
        writer.WriteString("id"u8, AnswerJson.String(item, "id"u8) ?? newId(type switch
        {
            "message" => "msg",
            "function_call" => "fc",
            "function_call_output" => "fco",
            _ => "item",
        }));
        writer.WriteString("type"u8, type);
        if (type is "message" && AnswerJson.String(item, "status"u8) is null)
        {
            writer.WriteString("status"u8, "completed"u8);
        }

        foreach (var member in item.EnumerateObject())
        {
            if (member.Name is "id" or "type")
            {
                continue;
            }

            if (member.Name == "content" && type == "message" && member.Value.ValueKind == JsonValueKind.String)
            {
                WriteText(writer, member.Value, AnswerJson.String(item, "role"u8) == "assistant" ? "output_text" : "input_text");
                continue;
            }

            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        WireJson.Write(output, write);
        return output.WrittenMemory;
    }
}
