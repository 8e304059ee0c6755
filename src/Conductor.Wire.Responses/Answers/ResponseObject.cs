using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>Writes the object `response`, as a whole answer is it and as the events of a stream hold it.</summary>
internal static class ResponseObject
{
    public static void Write(
        Utf8JsonWriter writer, ResponsesHead head, string status, IEnumerable<OutputItem> items, WireUsage? usage, string? incomplete, bool isStored, WireError? error = null)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, head.Id);
        writer.WriteString("object"u8, "response"u8);
        writer.WriteNumber("created_at"u8, head.Created.ToUnixTimeSeconds());
        writer.WriteString("status"u8, status);
        if (error is null)
        {
            writer.WriteNull("error"u8);
        }
        else
        {
            writer.WriteStartObject("error"u8);
            writer.WriteString("code"u8, error.Code ?? error.Type ?? "server_error");
            writer.WriteString("message"u8, error.Message);
            writer.WriteEndObject();
        }

        if (incomplete is null)
        {
            writer.WriteNull("incomplete_details"u8);
        }
        else
        {
            writer.WriteStartObject("incomplete_details"u8);
            writer.WriteString("reason"u8, incomplete);
            writer.WriteEndObject();
        }

        writer.WriteString("model"u8, head.Model);
        writer.WriteStartArray("output"u8);
        foreach (var item in items)
        {
            item.Write(writer);
        }

        writer.WriteEndArray();
        UsageJson.Write(writer, usage);
        head.Echo.Write(writer, isStored);
        writer.WriteEndObject();
    }

    /// <summary>Why an answer is cut short; null where it is whole.</summary>
    public static string? Incomplete(ChatFinishReason? finish) =>
        finish == ChatFinishReason.Length ? "max_output_tokens" : finish == ChatFinishReason.ContentFilter ? "content_filter" : null;

    /// <summary>The log probabilities that a message or an update bears in the chat dialect's form, token by token.</summary>
    public static IReadOnlyList<JsonElement> Logprobs(AdditionalPropertiesDictionary? properties) =>
        properties?.TryGetValue(ChatKeys.Logprobs, out JsonElement logprobs) == true && AnswerJson.Member(logprobs, "content"u8, JsonValueKind.Array) is { } content
            ? [.. content.EnumerateArray()]
            : [];
}
