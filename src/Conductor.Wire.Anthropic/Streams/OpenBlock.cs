using System.Text;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>A block of a stream whose end has not come: what it began with, and its pieces.</summary>
internal sealed class OpenBlock(string type, JsonElement start)
{
    public string Type => type;

    public JsonElement Start => start;

    public StringBuilder Input { get; } = new();

    public StringBuilder Signature { get; } = new();

    public List<JsonElement> Citations { get; } = [];

    /// <summary>The block as it would stand in a whole answer; without its input where the answer ended inside it.</summary>
    public JsonElement Whole()
    {
        if (Input.Length == 0 || !TryParse(Input.ToString(), out var input))
        {
            return start;
        }

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            foreach (var member in start.EnumerateObject().Where(member => !member.NameEquals("input"u8)))
            {
                member.WriteTo(writer);
            }

            writer.WritePropertyName("input"u8);
            input.WriteTo(writer);
            writer.WriteEndObject();
        });
        return JsonElement.Parse(output.WrittenSpan);
    }

    private static bool TryParse(string text, out JsonElement value)
    {
        try
        {
            value = LooseText.Whole(JsonElement.Parse(text));
            return true;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            value = default;
            return false;
        }
    }
}
