using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.OpenAI;

/// <summary>
/// `reasoning_details`: thinking with the signatures that must come back unchanged, as
/// `{"type":"reasoning.text","text","signature","format"}` and, where the thinking itself is withheld, `{"type":"reasoning.encrypted","data","format"}`.
/// </summary>
internal static class ReasoningDetails
{
    public const string Member = "reasoning_details";

    private const string FormatKey = "openai:reasoning_format";

    /// <summary>Reads one detail; null where it holds nothing.</summary>
    public static TextReasoningContent? Read(JsonElement detail)
    {
        var text = ResponseJson.Text(detail, "text"u8) ?? ResponseJson.Text(detail, "summary"u8) ?? "";
        var isWithheld = ResponseJson.Text(detail, "type"u8) == "reasoning.encrypted";
        var seal = ResponseJson.Text(detail, isWithheld ? "data"u8 : "signature"u8);
        if (text.Length == 0 && string.IsNullOrEmpty(seal))
        {
            return null;
        }

        var content = new TextReasoningContent(text) { ProtectedData = string.IsNullOrEmpty(seal) ? null : seal };
        var format = ResponseJson.Text(detail, "format"u8);
        if (format is not null)
        {
            var maker = MakerOf(format);
            content.AdditionalProperties = new() { [ChatKeys.SignatureMaker] = maker };
            if (maker != format)
            {
                content.AdditionalProperties[FormatKey] = format; // who made it wants its own word back
            }
        }

        if (isWithheld)
        {
            (content.AdditionalProperties ??= [])[ChatKeys.Redacted] = true;
        }

        return content;
    }

    /// <summary>Reads a message's or a delta's details; empty where it has none.</summary>
    public static List<TextReasoningContent> ReadAll(JsonElement from) =>
        [.. (ResponseJson.Member(from, "reasoning_details"u8, JsonValueKind.Array)?.EnumerateArray() ?? default).Select(Read).OfType<TextReasoningContent>()];

    /// <summary>The thinking of a whole message: its details where they bear signatures, else its text under whichever name.</summary>
    public static IReadOnlyList<TextReasoningContent> OfMessage(JsonElement message, string? text)
    {
        var details = ReadAll(message);
        return details.Exists(detail => detail.ProtectedData is not null) ? details
            : text is not null ? [new TextReasoningContent(text)]
            : details.Count > 0 ? [new TextReasoningContent(string.Concat(details.Select(detail => detail.Text)))]
            : [];
    }

    /// <summary>Writes the member where any of the contents bears a signature; without one the text alone says it all.</summary>
    public static void WriteMember(Utf8JsonWriter writer, IReadOnlyList<TextReasoningContent> contents)
    {
        if (!contents.Any(content => content.ProtectedData is not null))
        {
            return;
        }

        writer.WriteStartArray(Member);
        foreach (var content in contents)
        {
            Write(writer, content, content.Text, null);
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes one detail.</summary>
    public static void Write(Utf8JsonWriter writer, TextReasoningContent content, string text, int? index)
    {
        var extra = content.AdditionalProperties;
        var isWithheld = text.Length == 0 && content.ProtectedData is not null;
        writer.WriteStartObject();
        writer.WriteString("type"u8, isWithheld ? "reasoning.encrypted"u8 : "reasoning.text"u8);
        if (isWithheld)
        {
            writer.WriteString("data"u8, content.ProtectedData);
        }
        else
        {
            writer.WriteString("text"u8, text);
            if (content.ProtectedData is { } signature)
            {
                writer.WriteString("signature"u8, signature);
            }
        }

        if ((Word(extra, FormatKey) ?? Word(extra, ChatKeys.SignatureMaker)) is { } format)
        {
            writer.WriteString("format"u8, format);
        }

        if (index is { } place)
        {
            writer.WriteNumber("index"u8, place);
        }

        writer.WriteEndObject();
    }

    private static string? Word(AdditionalPropertiesDictionary? extra, string key) => extra?.TryGetValue(key, out string? word) == true ? word : null;

    // Routers name the maker's model family and a version: `anthropic-claude-v1`.
    private static string MakerOf(string format) =>
        format.StartsWith("anthropic", StringComparison.Ordinal) ? "anthropic"
        : format.StartsWith("openai", StringComparison.Ordinal) ? "openai"
        : format.StartsWith("google", StringComparison.Ordinal) || format.StartsWith("gemini", StringComparison.Ordinal) ? "gemini"
        : format;
}
