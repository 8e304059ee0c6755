using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes a candidate's parts, for whole answers and for pieces of them.</summary>
internal static class CandidateWriter
{
    private static readonly Dictionary<string, string> NoNames = [];

    /// <summary>Writes `content` with the parts; what an answer in another dialect holds that this one has no part for is passed over.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="contents">The answer's contents.</param>
    /// <param name="showsThoughts">Whether thoughts were asked for; signed ones have to come back, asked for or not.</param>
    public static void WriteContent(Utf8JsonWriter writer, IEnumerable<AIContent> contents, bool showsThoughts)
    {
        var parts = new PartWriter(NoNames, new LossReport(), isAnswer: true);
        writer.WriteStartObject("content"u8);
        writer.WriteStartArray("parts"u8);
        var isAny = false;
        foreach (var content in contents.Where(content => IsSayable(content, showsThoughts)))
        {
            parts.Write(writer, content, "parts", ContentWriter.Signature(content));
            isAny = true;
        }

        if (!isAny)
        {
            // A content without parts is taken for a broken one: clients would forget the turn.
            writer.WriteStartObject();
            writer.WriteString("text"u8, ""u8);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("role"u8, "model"u8);
        writer.WriteEndObject();
    }

    /// <summary>Whether an answer's content has a part here.</summary>
    public static bool IsSayable(AIContent content, bool showsThoughts) => content switch
    {
        TextContent text => text.Text.Length > 0 || ContentWriter.Signature(text) is not null,
        TextReasoningContent reasoning => reasoning.ProtectedData is not null || (showsThoughts && reasoning.Text.Length > 0),
        FunctionCallContent call => call.Arguments is not null || call.AdditionalProperties?.ContainsKey(ChatKeys.RawArguments) != true,
        DataContent => true,
        ErrorContent { ErrorCode: ChatKeys.Refusal } => true,
        _ => content.AdditionalProperties?.ContainsKey(GeminiKeys.Part) == true,
    };

    public static void WriteKept(Utf8JsonWriter writer, AdditionalPropertiesDictionary? extra)
    {
        foreach (var (name, value) in GeminiKeys.Kept(extra, GeminiKeys.CandidatePath))
        {
            writer.WritePropertyName(name);
            LooseValue.Write(writer, value, name);
        }
    }
}
