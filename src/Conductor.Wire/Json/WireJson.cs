using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Conductor.Wire;

/// <summary>How the JSON of all dialects is written.</summary>
public static class WireJson
{
    /// <summary>Text stays text: the body is declared as JSON in UTF-8, never set into HTML, so only what JSON itself needs is escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    /// <summary>Writes, and turns what cannot be written into the one exception that writers throw. Half of a surrogate pair becomes U+FFFD.</summary>
    public static void Write(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        try
        {
            write(writer);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            throw new WireRequestException(null, "A value cannot be written as JSON, or is nested too deep.", WireRequestCodes.InvalidValue, failure);
        }
    }
}
