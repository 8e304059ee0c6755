using System.Text.Json;
using System.Text.Unicode;

namespace Conductor.Wire.Responses;

/// <summary>Looks through answers that go on as bytes: enough to know success from failure and to pay.</summary>
public static class ResponsesScan
{
    /// <summary>The usage that a whole answer states; null where it states none.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer, or one that failed or is not ready.</exception>
    public static WireUsage? ScanAnswer(ReadOnlySpan<byte> response) => AnswerJson.Read(response, root =>
    {
        ResponsesAnswerReader.RequireAnswer(root);
        return UsageJson.Read(root);
    });

    /// <summary>What one event's data holds. Never throws.</summary>
    public static ResponsesEvent ScanEvent(ReadOnlySpan<byte> data)
    {
        data = StrictJson.Mend(data.Trim(" \t\r\n"u8));
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
        {
            return default;
        }

        try
        {
            if (!Utf8.IsValid(data) || Walk(data) is not { } type)
            {
                return new ResponsesEvent { IsInvalid = true };
            }

            return type switch
            {
                "response.completed" or "response.incomplete" => new ResponsesEvent { IsFinished = true, HasContent = true, Usage = UsageOf(data) },
                "response.failed" or "error" or "" => Failure(data),
                "response.output_item.done" => new ResponsesEvent { HasContent = true },
                _ => new ResponsesEvent { HasContent = type.EndsWith(".delta", StringComparison.Ordinal) },
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return new ResponsesEvent { IsInvalid = true };
        }
    }

    /// <summary>The event's type, which is its name too; null where there is none. Never throws.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> data)
    {
        try
        {
            return Utf8.IsValid(data) && Walk(data) is { Length: > 0 } type ? type : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The event's type; empty where an error stands without one, null where it is no event. Walks to the end, so that what is cut short is found.</summary>
    private static string? Walk(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, StrictJson.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isError = reader.ValueTextEquals("error"u8);
            reader.Read();
            type = isType && reader.TokenType == JsonTokenType.String ? reader.GetString()
                : isError && reader.TokenType != JsonTokenType.Null ? type ?? ""
                : type;
            reader.Skip();
        }

        while (reader.Read())
        {
        }

        return type;
    }

    private static WireUsage? UsageOf(ReadOnlySpan<byte> data) =>
        AnswerJson.Member(JsonElement.Parse(data), "response"u8, JsonValueKind.Object) is { } response ? UsageJson.Read(response) : null;

    private static ResponsesEvent Failure(ReadOnlySpan<byte> data)
    {
        var root = JsonElement.Parse(data);
        var place = AnswerJson.Member(root, "response"u8, JsonValueKind.Object) ?? root;
        return new ResponsesEvent { Error = AnswerJson.Error(AnswerJson.Member(place, "error"u8, JsonValueKind.Object) ?? root) };
    }
}
