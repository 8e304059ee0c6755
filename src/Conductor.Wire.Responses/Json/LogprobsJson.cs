using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>Log probabilities: an array here, `{"content":[…]}` in the chat dialect and so in the types.</summary>
internal static class LogprobsJson
{
    public static JsonElement ToChat(JsonElement tokens)
    {
        var output = new ArrayBufferWriter<byte>();
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("content"u8);
            tokens.WriteTo(writer);
            writer.WriteNull("refusal"u8);
            writer.WriteEndObject();
        });
        return JsonElement.Parse(output.WrittenSpan);
    }
}
