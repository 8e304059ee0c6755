using System.Buffers;
using System.Text;
using System.Text.Json;
using Conductor.Audit;
using Conductor.Sealing;

namespace Conductor.Host.Endpoints;

/// <summary>What is told of providers' keys.</summary>
internal static class ProviderKeyJson
{
    /// <summary>For the audit log: each with `***` in the place of the key.</summary>
    public static string Masked(IReadOnlyList<ProviderKeyEntry> keys)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("value", AuditMask.Masked);
                Write(json, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The members of a key, into an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, ProviderKeyEntry key)
    {
        json.WriteNumber("weight", key.Weight ?? 1);
        if (key.Rpm is { } requests)
        {
            json.WriteNumber("rpm", requests);
        }

        if (key.Tpm is { } tokens)
        {
            json.WriteNumber("tpm", tokens);
        }

        json.WriteBoolean("encrypted", key.IsSealed);
    }
}
