using System.Globalization;
using System.Text.Json;

namespace Conductor.Audit;

/// <summary>Rows as JSON objects, and back: what is exported can be verified without the store.</summary>
public static class AuditJson
{
    /// <summary>Writes a row with every member, null where there is nothing.</summary>
    public static void Write(Utf8JsonWriter json, AuditRow row)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(row);
        var entry = row.Entry;
        json.WriteStartObject();
        json.WriteNumber("number", row.Number);
        json.WriteString("time", entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("tenant", entry.TenantId);
        json.WriteString("key_name", entry.KeyId);
        json.WriteString("role", entry.Role);
        json.WriteString("action", entry.Action);
        json.WriteString("object", entry.Object);
        json.WriteString("object_tenant", entry.ObjectTenantId);
        Value(json, "before", entry.Before);
        Value(json, "after", entry.After);
        json.WriteString("address", entry.Address);
        json.WriteString("request_id", entry.RequestId);
        json.WriteString("previous", Convert.ToHexStringLower(row.Previous.Span));
        json.WriteString("hash", Convert.ToHexStringLower(row.Hash.Span));
        json.WriteEndObject();
    }

    /// <summary>Reads a row that was written so.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static AuditRow Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            return new AuditRow(
                row.GetProperty("number").GetInt64(),
                new AuditEntry
                {
                    Time = row.GetProperty("time").GetDateTimeOffset(),
                    TenantId = Text(row, "tenant"),
                    KeyId = Text(row, "key_name"),
                    Role = Text(row, "role")!,
                    Action = Text(row, "action")!,
                    Object = Text(row, "object")!,
                    ObjectTenantId = Text(row, "object_tenant"),
                    Before = Raw(row, "before"),
                    After = Raw(row, "after"),
                    Address = Text(row, "address"),
                    RequestId = Text(row, "request_id"),
                },
                Convert.FromHexString(Text(row, "previous")!),
                Convert.FromHexString(Text(row, "hash")!));
        }
        catch (Exception mistake) when (mistake is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException or FormatException)
        {
            throw new FormatException($"no row of an audit log: {mistake.Message}", mistake);
        }
    }

    // As the text that was hashed, not as what it means.
    private static void Value(Utf8JsonWriter json, string name, string? text)
    {
        json.WritePropertyName(name);
        if (text is null)
        {
            json.WriteNullValue();
        }
        else if (IsJson(text))
        {
            json.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(text); // somebody else wrote it there: it is shown, and does not verify
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private static string? Raw(JsonElement row, string name) => row.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value.GetRawText() : null;
}
