using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Responses;

/// <summary>Answers and events read with one exception for everything that can be wrong with them.</summary>
internal static class AnswerJson
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
            return root.ValueKind == JsonValueKind.Object
                ? read(root)
                : throw new WireResponseException(WireResponseFault.WrongShape, "The answer is JSON but not an object.");
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

    public static JsonElement.ArrayEnumerator Items(JsonElement from, ReadOnlySpan<byte> name) => Member(from, name, JsonValueKind.Array)?.EnumerateArray() ?? default;

    public static int Index(JsonElement from, ReadOnlySpan<byte> name) =>
        Member(from, name, JsonValueKind.Number) is { } number && number.TryGetInt32(out var index) && index >= 0 ? index : 0;

    /// <summary>An error's object, as it stands in an answer, in an event and in a body: code, message and, where they are, type and param.</summary>
    public static WireError Error(JsonElement error) => error.ValueKind == JsonValueKind.String
        ? new WireError(error.GetString()!)
        : new WireError(Text(error, "message"u8) ?? "", Text(error, "type"u8), Text(error, "param"u8), Text(error, "code"u8));

    private static string? Text(JsonElement from, ReadOnlySpan<byte> name)
    {
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : value.GetRawText(),
            _ => null,
        };
    }
}
