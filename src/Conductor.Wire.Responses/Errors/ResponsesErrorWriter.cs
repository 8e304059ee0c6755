using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Responses;

/// <summary>Errors inside a stream. Bodies of errors are the chat dialect's.</summary>
public static class ResponsesErrorWriter
{
    /// <summary>Writes the event `error` of a stream that has not announced its answer yet, blank line included.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, WireError error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        var sink = new EventSink { Output = output };
        sink.Emit("error", writer => WriteMembers(writer, error));
    }

    /// <summary>Clients of one kind read the flat form, which is the documented one; those of another the nested one, which OpenAI sends.</summary>
    internal static void WriteMembers(Utf8JsonWriter writer, WireError error)
    {
        WriteFlat(writer, error);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, error.Type ?? "server_error");
        WriteFlat(writer, error);
        writer.WriteEndObject();
    }

    private static void WriteFlat(Utf8JsonWriter writer, WireError error)
    {
        writer.WriteString("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("param"u8, error.Param);
    }
}
