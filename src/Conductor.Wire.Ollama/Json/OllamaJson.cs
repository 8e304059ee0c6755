using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Ollama;

/// <summary>How this dialect's JSON is written and read, with one exception for each direction.</summary>
internal static class OllamaJson
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };

    /// <summary>What some programs set before UTF-8; JSON has no place for it.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

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

    /// <summary>Parses an object and hands it on. An `error` member is an error, whatever else stands beside it, a `done` included.</summary>
    public static T Read<T>(ReadOnlySpan<byte> body, Func<JsonElement, T> read)
    {
        body = body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        if (!Utf8.IsValid(body))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        try
        {
            var root = JsonElement.Parse(StrictJson.Mend(body));
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new WireResponseException("The answer is JSON but not an object.");
            }

            if (root.TryGetProperty("error"u8, out var error) && error.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
            {
                throw new WireResponseException("The answer is an error in a successful reply.", new WireError(error.ValueKind == JsonValueKind.String ? error.GetString()! : error.GetRawText()));
            }

            return read(root);
        }
        catch (JsonException failure)
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or it is cut short.", null, failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException)
        {
            throw new WireResponseException("The answer's members are not of the types they should be.", null, failure);
        }
    }

    public static JsonElement? Member(JsonElement from, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    /// <summary>As <see cref="Member"/>, where another kind would be an answer lost: null only where nothing stands there.</summary>
    /// <exception cref="WireResponseException">Something else stands there.</exception>
    public static JsonElement? MemberOrNothing(JsonElement from, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        from.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value.ValueKind == kind ? value : throw new WireResponseException("A part of the answer is of another kind than it should be.")
            : null;

    public static string? String(JsonElement from, ReadOnlySpan<byte> name) => Member(from, name, JsonValueKind.String)?.GetString();

    /// <summary>A whole number of zero or more; null where there is none.</summary>
    public static long? Count(JsonElement from, ReadOnlySpan<byte> name) =>
        Member(from, name, JsonValueKind.Number) is { } number && number.TryGetInt64(out var count) && count >= 0 ? count : null;
}
