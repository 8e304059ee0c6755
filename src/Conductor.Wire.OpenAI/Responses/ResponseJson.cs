using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.OpenAI;

/// <summary>Answers read with one exception for everything that can be wrong with them.</summary>
internal static class ResponseJson
{
    /// <summary>Parses an answer and hands its root to <paramref name="read"/>; strings that are no text are a fault of the answer.</summary>
    public static T Read<T>(ReadOnlySpan<byte> body, Func<JsonElement, T> read) => ReadPiece(StrictJson.Mend(body), read);

    /// <summary>As <see cref="Read"/>, for a piece of a stream, whose texts may end in half of a surrogate pair: <see cref="Text"/> reads them. What is kept as it came goes through <see cref="LooseText.Whole"/>.</summary>
    public static T ReadPiece<T>(ReadOnlySpan<byte> body, Func<JsonElement, T> read)
    {
        if (!Utf8.IsValid(body))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        try
        {
            var root = JsonElement.Parse(body);
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object.");
            }

            if (OpenAIErrorReader.Read(root) is { } error)
            {
                throw new WireResponseException(WireResponseFault.ErrorInside, "The answer is an error in a successful reply.", error);
            }

            return read(root);
        }
        catch (JsonException failure)
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not JSON, or it is cut short.", null, failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "The answer's members are not of the types they should be.", null, failure);
        }
    }

    public static WireUsage? Usage(JsonElement root)
    {
        if (!root.TryGetProperty("usage"u8, out var usage) || usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var reader = new Utf8JsonReader(JsonMarshal(usage));
        reader.Read();
        return UsageReader.Read(ref reader);
    }

    public static JsonElement? Member(JsonElement from, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    public static JsonElement? Member(JsonElement from, string name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    public static string? String(JsonElement from, ReadOnlySpan<byte> name) => Member(from, name, JsonValueKind.String)?.GetString();

    /// <summary>A text that may be a piece: half of a surrogate pair at its end is no fault.</summary>
    public static string? Text(JsonElement from, ReadOnlySpan<byte> name) => Member(from, name, JsonValueKind.String) is { } text ? LooseText.Read(text) : null;

    public static DateTimeOffset? Created(JsonElement root) =>
        Member(root, "created"u8, JsonValueKind.Number) is { } created && created.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static ReadOnlySpan<byte> JsonMarshal(JsonElement element) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element);
}
