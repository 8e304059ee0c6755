using System.Buffers;
using System.Globalization;

namespace Conductor.Wire.Gemini;

/// <summary>Writes an error body: `{"error":{code,message,status,details}}`.</summary>
public static class GeminiErrorWriter
{
    private const string Types = "type.googleapis.com/google.rpc.";

    /// <summary>Writes the body.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="error">The error; without a status, the one that goes with its code.</param>
    /// <param name="domain">Whose reasons `ErrorInfo` names.</param>
    public static void Write(IBufferWriter<byte> output, GeminiError error, string domain = "conductor")
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        WireJson.Write(output, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error"u8);
            writer.WriteNumber("code"u8, error.Code);
            writer.WriteString("message"u8, error.Message);
            writer.WriteString("status"u8, error.Status ?? GeminiError.StatusOf(error.Code));
            writer.WriteStartArray("details"u8);
            if (error.Reason is not null)
            {
                writer.WriteStartObject();
                writer.WriteString("@type"u8, Types + "ErrorInfo");
                writer.WriteString("reason"u8, error.Reason);
                writer.WriteString("domain"u8, domain);
                writer.WriteStartObject("metadata"u8);
                foreach (var (name, value) in error.Metadata)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            if (error.Field is not null)
            {
                writer.WriteStartObject();
                writer.WriteString("@type"u8, Types + "BadRequest");
                writer.WriteStartArray("fieldViolations"u8);
                writer.WriteStartObject();
                writer.WriteString("field"u8, error.Field);
                writer.WriteString("description"u8, error.Message);
                writer.WriteEndObject();
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            if (error.Quotas.Count > 0)
            {
                writer.WriteStartObject();
                writer.WriteString("@type"u8, Types + "QuotaFailure");
                writer.WriteStartArray("violations"u8);
                foreach (var quota in error.Quotas)
                {
                    writer.WriteStartObject();
                    writer.WriteString("quotaId"u8, quota);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            if (error.RetryDelay is { } delay)
            {
                writer.WriteStartObject();
                writer.WriteString("@type"u8, Types + "RetryInfo");
                writer.WriteString("retryDelay"u8, string.Create(CultureInfo.InvariantCulture, $"{delay.TotalSeconds:0.###}s"));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }
}
