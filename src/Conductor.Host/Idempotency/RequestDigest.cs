using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Conductor.Access;
using Conductor.Host.Dialects;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Idempotency;

/// <summary>
/// What tells one request from another: digests of its method, its address, its caller, the headers that change its answer, and its body. Of the body one over all
/// bytes, which decides, and one for each member, to name the one that differs. Nothing of the request can be read out of it but the names of members.
/// </summary>
internal static class RequestDigest
{
    private const int MostMembers = 64;
    private const int LongestName = 64;
    private const string Body = "body";

    // Not those that only say how long, how often or for whose report it is asked: a caller may change them when it asks again.
    private static readonly string[] OwnHeaders = ["x-conductor-cache", "x-conductor-include-cost", "x-conductor-strict"];

    /// <summary>UTF-8 JSON, an object of names and digests in hexadecimal.</summary>
    public static byte[] Of(HttpRequest request, CallerIdentity caller, InboundDialect dialect, ReadOnlySpan<byte> body)
    {
        using var output = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            Write(json, "method", request.Method);
            Write(json, "path", request.Path.Value + request.QueryString.Value);
            Write(json, "API key", caller.KeyId ?? "");
            foreach (var name in OwnHeaders.Concat(dialect.ForwardedHeaders).Append("cache-control"))
            {
                if (request.Headers[name] is { Count: > 0 } values)
                {
                    Write(json, name, values.ToString());
                }
            }

            json.WriteString(Body, Hash(body));
            json.WriteStartObject("members");
            foreach (var (name, hash) in Members(body))
            {
                json.WriteString(name, hash);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.ToArray();
    }

    /// <summary>The first thing in which two requests differ, as a caller names it; null where they are the same.</summary>
    public static string? Difference(ReadOnlyMemory<byte> kept, ReadOnlyMemory<byte> now)
    {
        if (kept.Span.SequenceEqual(now.Span))
        {
            return null;
        }

        using var before = JsonDocument.Parse(kept);
        using var after = JsonDocument.Parse(now);
        return Difference(before.RootElement, after.RootElement) is not Body and { } other ? other
            : Difference(before.RootElement.GetProperty("members"), after.RootElement.GetProperty("members")) ?? Body;
    }

    private static string? Difference(JsonElement kept, JsonElement now)
    {
        foreach (var part in now.EnumerateObject())
        {
            if (part.Value.ValueKind == JsonValueKind.String && !(kept.TryGetProperty(part.Name, out var known) && known.ValueEquals(part.Value.GetString())))
            {
                return part.Name;
            }
        }

        return kept.EnumerateObject().FirstOrDefault(part => !now.TryGetProperty(part.Name, out _)) is { Value.ValueKind: not JsonValueKind.Undefined } missing ? missing.Name : null;
    }

    // A body that is no JSON object, or a member twice: whoever reads it complains, and nothing is kept.
    private static Dictionary<string, string> Members(ReadOnlySpan<byte> body)
    {
        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && members.Count < MostMembers)
            {
                var name = reader.GetString()!;
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (name.Length <= LongestName)
                {
                    members[name] = Short(body[start..(int)reader.BytesConsumed]);
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            members.Clear();
        }

        return members;
    }

    private static void Write(Utf8JsonWriter json, string name, string value) => json.WriteString(name, Hash(Encoding.UTF8.GetBytes(value)));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Short(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
}
