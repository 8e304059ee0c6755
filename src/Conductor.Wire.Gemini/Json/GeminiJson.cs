using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Gemini;

/// <summary>Answers read with one exception for everything that can be wrong with them.</summary>
internal static class GeminiJson
{
    /// <summary>Parses an answer and hands its root, an object, to <paramref name="read"/>.</summary>
    public static T Read<T>(ReadOnlySpan<byte> body, Func<JsonElement, T> read) => ReadAny(
        body, root => root.ValueKind == JsonValueKind.Object ? read(root) : throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object."));

    /// <summary>Parses an answer and hands its root to <paramref name="read"/>.</summary>
    public static T ReadAny<T>(ReadOnlySpan<byte> body, Func<JsonElement, T> read)
    {
        if (!Utf8.IsValid(body))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        try
        {
            var root = JsonElement.Parse(StrictJson.Mend(body));
            if (GeminiErrorReader.Read(root) is { } error)
            {
                throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", error.ToWireError());
            }

            return read(root);
        }
        catch (JsonException failure)
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or it is cut short.", null, failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or WireRequestException)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "The answer's members are not of the types they should be.", null, failure);
        }
    }

    public static JsonElement? Member(JsonElement from, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    public static string? String(JsonElement from, ReadOnlySpan<byte> name) => Member(from, name, JsonValueKind.String)?.GetString() is { Length: > 0 } text ? text : null;

    public static int? Integer(JsonElement from, ReadOnlySpan<byte> name) =>
        Member(from, name, JsonValueKind.Number) is { } number && number.TryGetInt32(out var value) && value >= 0 ? value : null;

    public static double? Number(JsonElement from, ReadOnlySpan<byte> name) =>
        Member(from, name, JsonValueKind.Number) is { } number && number.TryGetDouble(out var value) && double.IsFinite(value) ? value : null;

    /// <summary>A small piece of JSON, built as the wires write it.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(128);
        WireJson.Write(output, write);
        return JsonElement.Parse(output.WrittenSpan);
    }
}
