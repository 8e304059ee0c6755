using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Anthropic;

/// <summary>Answers read with one exception for everything that can be wrong with them.</summary>
internal static class AnthropicJson
{
    /// <summary>Parses an answer and hands its root to <paramref name="read"/>; strings that are no text are a fault of the answer.</summary>
    public static T Read<T>(ReadOnlySpan<byte> body, Func<JsonElement, T> read)
    {
        if (!Utf8.IsValid(body))
        {
            throw new WireResponseException(WireResponseFault.NotJson, "The answer is not valid UTF-8.");
        }

        try
        {
            var root = JsonElement.Parse(StrictJson.Mend(body));
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object.");
            }

            if (AnthropicErrorReader.Read(root) is { } error)
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

    public static JsonElement? Member(JsonElement from, ReadOnlySpan<byte> name, JsonValueKind kind) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    public static string? String(JsonElement from, ReadOnlySpan<byte> name) => Member(from, name, JsonValueKind.String)?.GetString();

    public static int? Integer(JsonElement from, ReadOnlySpan<byte> name) =>
        Member(from, name, JsonValueKind.Number) is { } number && number.TryGetInt32(out var value) ? value : null;

    public static bool? Boolean(JsonElement from, ReadOnlySpan<byte> name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? from.GetProperty(name).GetBoolean()
            : null;

    public static DateTimeOffset? Time(JsonElement from, ReadOnlySpan<byte> name) =>
        String(from, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
