using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>The events of one stream as bytes, and the number of the block that is written. What follows what is decided by <see cref="AnthropicEventWriter"/>.</summary>
internal sealed class EventFrames(string id, string model)
{
    private int _index = -1;
    private bool _isStarted;

    /// <summary>The first event, once; every other call does nothing.</summary>
    public void Start(IBufferWriter<byte> output, WireUsage usage)
    {
        if (_isStarted)
        {
            return;
        }

        _isStarted = true;
        Write(output, "message_start", writer =>
        {
            writer.WriteStartObject("message"u8);
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "message"u8);
            writer.WriteString("role"u8, "assistant"u8);
            writer.WriteString("model"u8, model);
            writer.WriteStartArray("content"u8);
            writer.WriteEndArray();
            writer.WriteNull("stop_reason"u8);
            writer.WriteNull("stop_sequence"u8);
            UsageWriter.Write(writer, usage); // what it took is told at the end
            writer.WriteEndObject();
        });
    }

    /// <summary>Begins the next block.</summary>
    public void StartBlock(IBufferWriter<byte> output, Action<Utf8JsonWriter> block)
    {
        _index++;
        Write(output, "content_block_start", writer =>
        {
            writer.WriteNumber("index"u8, _index);
            writer.WritePropertyName("content_block"u8);
            block(writer);
        });
    }

    /// <summary>A piece of the block.</summary>
    public void Delta(IBufferWriter<byte> output, string type, string member, string value) => Delta(output, type, writer => writer.WriteString(member, value));

    /// <summary>A piece of the block.</summary>
    public void Delta(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> members) => Write(output, "content_block_delta", writer =>
    {
        writer.WriteNumber("index"u8, _index);
        writer.WriteStartObject("delta"u8);
        writer.WriteString("type"u8, type);
        members(writer);
        writer.WriteEndObject();
    });

    /// <summary>Ends the block.</summary>
    public void StopBlock(IBufferWriter<byte> output) => Write(output, "content_block_stop", writer => writer.WriteNumber("index"u8, _index));

    /// <summary>The two last events.</summary>
    public static void End(IBufferWriter<byte> output, Action<Utf8JsonWriter> delta, WireUsage usage)
    {
        Write(output, "message_delta", writer =>
        {
            writer.WriteStartObject("delta"u8);
            delta(writer);
            writer.WriteEndObject();
            UsageWriter.Write(writer, usage);
        });
        Write(output, "message_stop", static _ => { });
    }

    private static void Write(IBufferWriter<byte> output, string type, Action<Utf8JsonWriter> body)
    {
        output.Write("event: "u8);
        Encoding.UTF8.GetBytes(type.AsSpan(), output);
        output.Write("\ndata: "u8);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            body(writer);
            writer.WriteEndObject();
        });
        output.Write("\n\n"u8);
    }
}
