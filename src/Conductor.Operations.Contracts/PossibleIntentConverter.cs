using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conductor.Operations;

/// <summary>Reads a name alone, or an object; writes the shorter of the two.</summary>
internal sealed class PossibleIntentConverter : JsonConverter<PossibleIntent>
{
    public override PossibleIntent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return PossibleIntent.FromString(reader.GetString()!);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An intent is its name, or an object with name, description and examples.");
        }

        string? name = null;
        string? description = null;
        List<string>? examples = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.GetString();
            reader.Read();
            switch (member)
            {
                case "name":
                    name = reader.GetString();
                    break;
                case "description":
                    description = reader.GetString();
                    break;
                case "examples" when reader.TokenType == JsonTokenType.StartArray:
                    examples = [];
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        examples.Add(reader.GetString() ?? throw new JsonException("An example is a string."));
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new PossibleIntent { Name = name ?? throw new JsonException("An intent needs a name."), Description = description, Examples = examples };
    }

    public override void Write(Utf8JsonWriter writer, PossibleIntent value, JsonSerializerOptions options)
    {
        if (value.Description is null && value.Examples is null)
        {
            writer.WriteStringValue(value.Name);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("name", value.Name);
        if (value.Description is { } description)
        {
            writer.WriteString("description", description);
        }

        if (value.Examples is { } examples)
        {
            writer.WriteStartArray("examples");
            foreach (var example in examples)
            {
                writer.WriteStringValue(example);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
