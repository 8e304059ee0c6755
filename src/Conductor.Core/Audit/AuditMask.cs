using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Conductor.Audit;

/// <summary>Takes secrets out of JSON by the names of their members, and bounds its size.</summary>
public static class AuditMask
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Masked = "***";

    /// <summary>Most UTF-8 bytes that are kept of one value.</summary>
    public const int MostBytes = 16 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "key", "keys", "api_key", "apikey", "api_keys", "hash", "secret", "secret_key", "client_secret", "password", "passphrase", "token", "access_token", "authorization", "pepper", "key_pepper",
        "headers", "credential", "credentials", "connection_string",
    };

    /// <summary>The JSON with `***` for every secret. A reference to one (`${NAME}`, `env:NAME`, `file:PATH`) stays: it tells where a secret is, and not what it is.</summary>
    /// <param name="json">JSON; what is none becomes a JSON text, masked whole.</param>
    public static string? Json(string? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            var text = Write(document.RootElement);
            return Encoding.UTF8.GetByteCount(text) <= MostBytes ? text : $$"""{"omitted_bytes":{{Encoding.UTF8.GetByteCount(text)}}}""";
        }
        catch (JsonException)
        {
            return $"\"{Masked}\"";
        }
    }

    /// <summary>Whether values of this name are secrets.</summary>
    public static bool IsSecret(string name) => Names.Contains(name);

    /// <summary>Whether a text says where a secret is, rather than being one.</summary>
    public static bool IsReference(string? text) =>
        string.IsNullOrEmpty(text) || (text.StartsWith("${", StringComparison.Ordinal) && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1 && !text.Contains(":-", StringComparison.Ordinal))
        || text.StartsWith("env:", StringComparison.Ordinal) || text.StartsWith("file:", StringComparison.Ordinal);

    private static string Write(JsonElement root)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            Write(json, root, isSecret: false);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, JsonElement value, bool isSecret)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value, isSecret ? !IsHarmless(member.Name) : IsSecret(member.Name));
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(json, item, isSecret && item.ValueKind != JsonValueKind.Object);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String when isSecret && !IsReference(value.GetString()):
            case JsonValueKind.Number when isSecret:
                json.WriteStringValue(Masked);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static bool IsHarmless(string name) => name is "name" or "id" or "weight" or "enabled" or "limits";
}
