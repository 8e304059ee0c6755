using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Conductor.Operations;

/// <summary>Writes what an operation gives: UTF-8 JSON in which text stands as it is, not as escapes (.NET escapes emoji all the same). It is served as JSON and never inside a page.</summary>
public static class OperationJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value as UTF-8 JSON.</summary>
    /// <param name="value">A result.</param>
    /// <param name="type">Its source-generated metadata.</param>
    public static ReadOnlyMemory<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, Options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return output.WrittenMemory;
    }
}
