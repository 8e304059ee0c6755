using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Log probabilities of a chat in the form of `/v1/completions`: four arrays side by side. `text_offset` counts in the answer's `text`.</summary>
internal static class CompletionLogprobs
{
    /// <summary>Writes the member `logprobs`.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="chat">What the chat says, `{"content":[…]}`; null = nothing.</param>
    /// <param name="offset">Where the first token stands in the text, in characters.</param>
    /// <returns>Where the text behind the last token stands.</returns>
    public static int Write(Utf8JsonWriter writer, JsonElement? chat, int offset)
    {
        if (chat is not { ValueKind: JsonValueKind.Object } logprobs || !logprobs.TryGetProperty("content"u8, out var content) || content.ValueKind != JsonValueKind.Array)
        {
            writer.WriteNull("logprobs"u8);
            return offset;
        }

        var tokens = content.EnumerateArray().Where(token => token.ValueKind == JsonValueKind.Object).Select(Token.Read).ToList();
        writer.WriteStartObject("logprobs"u8);
        writer.WriteStartArray("tokens"u8);
        tokens.ForEach(token => writer.WriteStringValue(token.Text));
        writer.WriteEndArray();
        writer.WriteStartArray("token_logprobs"u8);
        tokens.ForEach(token => WriteNumber(writer, token.Logprob));
        writer.WriteEndArray();
        writer.WriteStartArray("top_logprobs"u8);
        tokens.ForEach(token => WriteTop(writer, token.Top));
        writer.WriteEndArray();
        writer.WriteStartArray("text_offset"u8);
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(offset);
            offset += token.Text.Length;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        return offset;
    }

    private static void WriteTop(Utf8JsonWriter writer, JsonElement? top)
    {
        if (top is not { } list)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        HashSet<string> seen = new(StringComparer.Ordinal); // two tokens of different bytes may read alike
        foreach (var token in list.EnumerateArray().Where(token => token.ValueKind == JsonValueKind.Object).Select(Token.Read))
        {
            if (seen.Add(token.Text))
            {
                writer.WritePropertyName(token.Text);
                WriteNumber(writer, token.Logprob);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, double? number)
    {
        if (number is { } value)
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private readonly record struct Token(string Text, double? Logprob, JsonElement? Top)
    {
        public static Token Read(JsonElement token) => new(
            ResponseJson.String(token, "token"u8) ?? "",
            ResponseJson.Member(token, "logprob"u8, JsonValueKind.Number) is { } number && number.TryGetDouble(out var value) && double.IsFinite(value) ? value : null,
            ResponseJson.Member(token, "top_logprobs"u8, JsonValueKind.Array));
    }
}
