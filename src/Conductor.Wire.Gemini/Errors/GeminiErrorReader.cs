using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Reads the error bodies of Google's servers: `{"error":{code,message,status,details}}`, alone or in an array.</summary>
public static class GeminiErrorReader
{
    /// <summary>Reads an error's body; null where it holds none. Never throws on any bytes.</summary>
    public static GeminiError? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, StrictJson.ReaderOptions);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return null;
            }

            using (document)
            {
                return Read(document.RootElement);
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    internal static GeminiError? Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            root = root[0]; // a stream that is an array fails as one, too
        }

        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error"u8, out var error) || error.ValueKind is not (JsonValueKind.Object or JsonValueKind.String))
        {
            return null;
        }

        if (error.ValueKind == JsonValueKind.String)
        {
            return new GeminiError(0, error.GetString()!); // something in front of Google
        }

        var result = new GeminiError(GeminiJson.Integer(error, "code"u8) ?? 0, GeminiJson.String(error, "message"u8) ?? "", GeminiJson.String(error, "status"u8));
        foreach (var detail in GeminiJson.Member(error, "details"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            result = ReadDetail(result, detail);
        }

        return result;
    }

    private static GeminiError ReadDetail(GeminiError error, JsonElement detail)
    {
        var type = GeminiJson.String(detail, "@type"u8) ?? "";
        return type[(type.LastIndexOf('.') + 1)..] switch
        {
            "ErrorInfo" => error with { Reason = error.Reason ?? GeminiJson.String(detail, "reason"u8) },
            "RetryInfo" => error with { RetryDelay = Delay(GeminiJson.String(detail, "retryDelay"u8)) ?? error.RetryDelay },
            "QuotaFailure" => error with { Quotas = [.. error.Quotas, .. Each(detail, "violations"u8, "quotaId"u8)] },
            "BadRequest" => error with { Field = error.Field ?? Each(detail, "fieldViolations"u8, "field"u8).FirstOrDefault() },
            _ => error,
        };
    }

    private static List<string> Each(JsonElement detail, ReadOnlySpan<byte> list, ReadOnlySpan<byte> member)
    {
        var found = new List<string>();
        foreach (var item in GeminiJson.Member(detail, list, JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            if (GeminiJson.String(item, member) is { } value)
            {
                found.Add(value);
            }
        }

        return found;
    }

    /// <summary>A duration as protocol buffers write it: seconds with a fraction, `46s`, `0.5s`. Held to a day.</summary>
    private static TimeSpan? Delay(string? text)
    {
        if (text is null || !text.EndsWith('s') || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }

        return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(1).TotalSeconds));
    }
}
