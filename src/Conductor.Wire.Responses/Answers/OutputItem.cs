using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>What an item of an answer can be.</summary>
internal enum OutputKind
{
    Message,
    Reasoning,
    Call,

    /// <summary>Of a kind that this dialect alone knows, passed on as it came.</summary>
    Raw,
}

/// <summary>One item of an answer, as far as it has come.</summary>
internal sealed class OutputItem(OutputKind kind, string id, int index)
{
    public OutputKind Kind => kind;

    public string Id => id;

    /// <summary>`output_index`.</summary>
    public int Index => index;

    public string Status { get; set; } = "in_progress";

    public List<OutputPart> Parts { get; } = [];

    /// <summary>Of <see cref="OutputKind.Call"/>.</summary>
    public FunctionCallContent? Call { get; init; }

    /// <summary>Of <see cref="OutputKind.Call"/>: the arguments' text.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>Of <see cref="OutputKind.Raw"/>.</summary>
    public JsonElement Raw { get; init; }

    /// <summary>Of <see cref="OutputKind.Reasoning"/>: `encrypted_content`.</summary>
    public string? Encrypted { get; set; }

    /// <summary>Writes the item; without its parts and arguments where it has only begun.</summary>
    public void Write(Utf8JsonWriter writer, bool isBegun = false)
    {
        if (kind == OutputKind.Raw)
        {
            Raw.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        switch (kind)
        {
            case OutputKind.Message:
                writer.WriteString("type"u8, "message"u8);
                writer.WriteString("status"u8, Status);
                writer.WriteString("role"u8, "assistant"u8);
                WriteParts(writer, "content", isBegun ? [] : Parts);
                break;
            case OutputKind.Reasoning:
                writer.WriteString("type"u8, "reasoning"u8);
                WriteParts(writer, "summary", isBegun ? [] : Parts.Where(part => part.Kind == PartKind.Summary));
                if (!isBegun && Parts.Exists(part => part.Kind == PartKind.Reasoning))
                {
                    WriteParts(writer, "content", Parts.Where(part => part.Kind == PartKind.Reasoning));
                }

                if (Encrypted is not null && !isBegun)
                {
                    writer.WriteString("encrypted_content"u8, Encrypted);
                }

                break;
            case OutputKind.Call:
                writer.WriteString("type"u8, "function_call"u8);
                writer.WriteString("status"u8, Status);
                writer.WriteString("call_id"u8, Call!.CallId);
                writer.WriteString("name"u8, Call.Name);
                writer.WriteString("arguments"u8, isBegun ? "" : Arguments);
                ThoughtSignatures.Write(writer, ThoughtSignatures.Of(Call));
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter writer, string name, IEnumerable<OutputPart> parts)
    {
        writer.WriteStartArray(name);
        foreach (var part in parts)
        {
            part.Write(writer);
        }

        writer.WriteEndArray();
    }
}

/// <summary>What a part of an item can be.</summary>
internal enum PartKind
{
    Text,
    Refusal,
    Summary,
    Reasoning,
}

/// <summary>One part of an item, as far as it has come.</summary>
internal sealed class OutputPart(PartKind kind, int index, int source)
{
    public PartKind Kind => kind;

    /// <summary>`content_index`, or of a summary `summary_index`.</summary>
    public int Index => index;

    /// <summary>The number that the source gave it.</summary>
    public int Source => source;

    public StringBuilder Text { get; } = new();

    public List<JsonElement> Logprobs { get; } = [];

    public string? ThoughtSignature { get; set; }

    /// <summary>Writes the part; without its text where it has only begun.</summary>
    public void Write(Utf8JsonWriter writer, bool isBegun = false)
    {
        var text = isBegun ? "" : Text.ToString();
        switch (kind)
        {
            case PartKind.Text:
                writer.WriteStartObject();
                writer.WriteString("type"u8, "output_text"u8);
                writer.WriteStartArray("annotations"u8);
                writer.WriteEndArray();
                writer.WritePropertyName("logprobs"u8);
                WriteLogprobs(writer, isBegun ? [] : Logprobs);
                writer.WriteString("text"u8, text);
                ThoughtSignatures.Write(writer, isBegun ? null : ThoughtSignature);
                writer.WriteEndObject();
                break;
            case PartKind.Refusal:
                writer.WriteStartObject();
                writer.WriteString("type"u8, "refusal"u8);
                writer.WriteString("refusal"u8, text);
                writer.WriteEndObject();
                break;
            default:
                ReasoningParts.WritePart(writer, kind == PartKind.Summary ? "summary_text" : "reasoning_text", text);
                break;
        }
    }

    public static void WriteLogprobs(Utf8JsonWriter writer, IEnumerable<JsonElement> logprobs)
    {
        writer.WriteStartArray();
        foreach (var logprob in logprobs)
        {
            logprob.WriteTo(writer);
        }

        writer.WriteEndArray();
    }
}
