using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>The settings of a request as its answer repeats them, with the dialect's defaults for what the request did not say.</summary>
/// <param name="body">The request's whole body.</param>
public sealed class ResponsesEcho(JsonElement body)
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}"u8);

    // Members that are left out where the request left them out: clients know them as optional.
    private static readonly string[] Optional =
        ["prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier", "user"];

    /// <summary>An echo of nothing, for answers whose request is not known.</summary>
    public static ResponsesEcho Empty { get; } = new(Nothing);

    internal void Write(Utf8JsonWriter writer, bool isStored)
    {
        writer.WriteBoolean("background"u8, false);
        Copy(writer, "instructions");
        Copy(writer, "max_output_tokens");
        Copy(writer, "max_tool_calls");
        Write(writer, "metadata", "{}"u8);
        Write(writer, "parallel_tool_calls", "true"u8);
        Copy(writer, "previous_response_id");
        WriteReasoning(writer);
        writer.WriteBoolean("store"u8, isStored);
        Copy(writer, "temperature");
        WriteText(writer);
        Write(writer, "tool_choice", "\"auto\""u8);
        Write(writer, "tools", "[]"u8);
        Write(writer, "top_logprobs", "0"u8);
        Copy(writer, "top_p");
        Write(writer, "truncation", "\"disabled\""u8);
        foreach (var name in Optional)
        {
            if (Find(name) is { } value)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
        }
    }

    private void WriteReasoning(Utf8JsonWriter writer)
    {
        var reasoning = Find("reasoning") ?? Nothing;
        writer.WriteStartObject("reasoning"u8);
        Copy(writer, "effort", reasoning);
        Copy(writer, "summary", reasoning);
        writer.WriteEndObject();
    }

    private void WriteText(Utf8JsonWriter writer)
    {
        var text = Find("text") ?? Nothing;
        writer.WriteStartObject("text"u8);
        writer.WritePropertyName("format"u8);
        if (AnswerJson.Member(text, "format"u8, JsonValueKind.Object) is { } format)
        {
            format.WriteTo(writer);
        }
        else
        {
            writer.WriteRawValue("""{"type":"text"}"""u8);
        }

        if (AnswerJson.Member(text, "verbosity"u8, JsonValueKind.String) is { } verbosity)
        {
            writer.WritePropertyName("verbosity"u8);
            verbosity.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private void Copy(Utf8JsonWriter writer, string name) => Copy(writer, name, body);

    private static void Copy(Utf8JsonWriter writer, string name, JsonElement from)
    {
        writer.WritePropertyName(name);
        if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value))
        {
            value.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private void Write(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> otherwise)
    {
        writer.WritePropertyName(name);
        if (Find(name) is { } value)
        {
            value.WriteTo(writer);
        }
        else
        {
            writer.WriteRawValue(otherwise);
        }
    }

    private JsonElement? Find(string name) => body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
