using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.Anthropic;

/// <summary>Writes error bodies.</summary>
public static class AnthropicErrorWriter
{
    /// <summary>Writes the body. A code goes where this dialect has its codes, into `details.error_code`; Conductor's own members stand beside the message.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="error">The error; its type is one of this dialect's, `api_error` where it has none.</param>
    /// <param name="requestId">The request's id; left out when null.</param>
    public static void Write(IBufferWriter<byte> output, WireError error, string? requestId = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "error"u8);
            writer.WriteStartObject("error"u8);
            writer.WriteString("type"u8, error.Type ?? "api_error");
            writer.WriteString("message"u8, error.Message);
            if (error.Code is not null || error.Param is not null)
            {
                writer.WriteStartObject("details"u8);
                if (error.Code is not null)
                {
                    writer.WriteString("error_code"u8, error.Code);
                }

                if (error.Param is not null)
                {
                    writer.WriteString("param"u8, error.Param);
                }

                writer.WriteEndObject();
            }

            if (error.Provider is not null)
            {
                writer.WriteString("provider"u8, error.Provider);
            }

            writer.WriteEndObject();
            if (requestId is not null)
            {
                writer.WriteString("request_id"u8, requestId);
            }

            writer.WriteEndObject();
        });
    }

    /// <summary>Writes the error as one event of a stream, blank line included. No `message_stop` may follow.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, WireError error, string? requestId = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write("event: error\ndata: "u8);
        Write(output, error, requestId);
        output.Write("\n\n"u8);
    }
}
