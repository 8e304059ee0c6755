using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>Events as bytes, numbered. Told by the assembler of every step, in the dialect's order.</summary>
internal sealed class EventSink : IOutputListener
{
    private int _sequence;

    public IBufferWriter<byte> Output { get; set; } = null!;

    public bool HasBegun => _sequence > 0;

    public void Emit(string type, Action<Utf8JsonWriter> members)
    {
        Output.Write("event: "u8);
        Output.Write(System.Text.Encoding.UTF8.GetBytes(type));
        Output.Write("\ndata: "u8);
        WireJson.Write(Output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteNumber("sequence_number"u8, _sequence++);
            members(writer);
            writer.WriteEndObject();
        });
        Output.Write("\n\n"u8);
    }

    public void ItemBegan(OutputItem item)
    {
        Emit("response.output_item.added", writer =>
        {
            writer.WriteNumber("output_index"u8, item.Index);
            writer.WritePropertyName("item"u8);
            item.Write(writer, isBegun: true);
        });
        if (item.Kind == OutputKind.Call)
        {
            WriteCall(item);
        }
    }

    public void PartBegan(OutputItem item, OutputPart part) => Emit(PartEvent(part, "added"), writer =>
    {
        WritePlace(writer, item, part);
        writer.WritePropertyName("part"u8);
        part.Write(writer, isBegun: true);
    });

    public void PartGrew(OutputItem item, OutputPart part, string delta, IReadOnlyList<JsonElement> logprobs) => Emit(TextEvent(part, "delta"), writer =>
    {
        WritePlace(writer, item, part);
        writer.WriteString("delta"u8, delta);
        if (part.Kind == PartKind.Text)
        {
            writer.WritePropertyName("logprobs"u8);
            OutputPart.WriteLogprobs(writer, logprobs);
        }
    });

    public void PartEnded(OutputItem item, OutputPart part)
    {
        Emit(TextEvent(part, "done"), writer =>
        {
            WritePlace(writer, item, part);
            writer.WriteString(part.Kind == PartKind.Refusal ? "refusal" : "text", part.Text.ToString());
            if (part.Kind == PartKind.Text)
            {
                writer.WritePropertyName("logprobs"u8);
                OutputPart.WriteLogprobs(writer, part.Logprobs);
            }
        });
        Emit(PartEvent(part, "done"), writer =>
        {
            WritePlace(writer, item, part);
            writer.WritePropertyName("part"u8);
            part.Write(writer);
        });
    }

    public void ItemEnded(OutputItem item) => Emit("response.output_item.done", writer =>
    {
        writer.WriteNumber("output_index"u8, item.Index);
        writer.WritePropertyName("item"u8);
        item.Write(writer);
    });

    private void WriteCall(OutputItem item)
    {
        Emit("response.function_call_arguments.delta", writer =>
        {
            writer.WriteString("item_id"u8, item.Id);
            writer.WriteNumber("output_index"u8, item.Index);
            writer.WriteString("delta"u8, item.Arguments);
        });
        Emit("response.function_call_arguments.done", writer =>
        {
            writer.WriteString("item_id"u8, item.Id);
            writer.WriteNumber("output_index"u8, item.Index);
            writer.WriteString("name"u8, item.Call!.Name);
            writer.WriteString("arguments"u8, item.Arguments);
        });
    }

    private static void WritePlace(Utf8JsonWriter writer, OutputItem item, OutputPart part)
    {
        writer.WriteString("item_id"u8, item.Id);
        writer.WriteNumber("output_index"u8, item.Index);
        writer.WriteNumber(part.Kind == PartKind.Summary ? "summary_index" : "content_index", part.Index);
    }

    private static string PartEvent(OutputPart part, string step) =>
        part.Kind == PartKind.Summary ? $"response.reasoning_summary_part.{step}" : $"response.content_part.{step}";

    private static string TextEvent(OutputPart part, string step) => part.Kind switch
    {
        PartKind.Text => $"response.output_text.{step}",
        PartKind.Refusal => $"response.refusal.{step}",
        PartKind.Summary => $"response.reasoning_summary_text.{step}",
        _ => $"response.reasoning_text.{step}",
    };
}
