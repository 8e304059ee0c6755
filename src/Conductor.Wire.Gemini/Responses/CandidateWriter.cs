using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>Writes a candidate's parts, for whole answers and for pieces of them.</summary>
internal static class CandidateWriter
{
    private static readonly Dictionary<string, string> NoNames = [];

    /// <summary>Writes `content` with the parts; what an answer in another dialect holds that this one has no part for is passed over.</summary>
    public static void WriteContent(Utf8JsonWriter writer, IEnumerable<AIContent> contents)
    {
        var parts = new PartWriter(NoNames, new LossReport());
        writer.WriteStartObject("content"u8);
        writer.WriteStartArray("parts"u8);
        var isAny = false;
        foreach (var content in contents.Where(IsSayable))
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
    public static bool IsSayable(AIContent content) => content switch
    {
        TextContent text => text.Text.Length > 0 || ContentWriter.Signature(text) is not null,
        TextReasoningContent reasoning => reasoning.Text.Length > 0 || IsOwn(reasoning),
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

    private static bool IsOwn(TextReasoningContent reasoning) =>
        reasoning.ProtectedData is not null && reasoning.AdditionalProperties?.TryGetValue(ChatKeys.SignatureMaker, out string? maker) == true && maker == GeminiKeys.Maker;
}
