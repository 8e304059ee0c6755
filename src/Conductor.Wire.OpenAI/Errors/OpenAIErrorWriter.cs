using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Writes an error body: `{"error":{message,type,param,code}}`, `code` a string or null, all four members always there.</summary>
public static class OpenAIErrorWriter
{
    /// <summary>Writes the body.</summary>
    public static void Write(IBufferWriter<byte> output, WireError error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error"u8);
            writer.WriteString("message"u8, error.Message);
            writer.WriteString("type"u8, error.Type ?? "server_error");
            writer.WriteString("param"u8, error.Param);
            writer.WriteString("code"u8, error.Code);
            if (error.Provider is not null)
            {
                writer.WriteString("provider"u8, error.Provider);
            }

            if (error.Timestamp is { } timestamp)
            {
                writer.WriteString("timestamp"u8, timestamp.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    /// <summary>Writes the error as one event of a stream, blank line included. No finish chunk and no `[DONE]` may follow.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, WireError error)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("data: "u8);
        Write(output, error);
        output.Write("\n\n"u8);
    }
}
