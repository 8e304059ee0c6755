using System.Text;
using System.Text.Json;
using Conductor.Access;
using Conductor.Settings;

namespace Conductor.Host.Endpoints;

/// <summary>A key as `/admin/v1/keys` and `conductor keys … --json` show it: nothing of its secret but in the answer that makes one.</summary>
internal static class KeyJson
{
    /// <summary>What it is called by in addresses: its id, or `TENANT:NAME` where somebody brought it (no tenant's name holds a colon).</summary>
    public static string IdOf(CallerKeySettings key) => key.Id ?? $"{key.Tenant}:{key.Name}";

    /// <summary>`active`, `disabled` or `expired`.</summary>
    public static string StateOf(CallerKeySettings key, DateTimeOffset now) => !key.IsEnabled ? "disabled" : key.Expires <= now ? "expired" : "active";

    /// <summary>What is kept of a key as a JSON text, for the audit log; null for none.</summary>
    public static string? Of(CallerKeySettings? key, DateTimeOffset now)
    {
        if (key is null)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, key, default, now);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <param name="json">Where it goes.</param>
    /// <param name="key">What is kept of the key.</param>
    /// <param name="used">When its secrets were last let in.</param>
    /// <param name="now">Now.</param>
    /// <param name="secret">The key itself, shown once; null = not to be shown.</param>
    public static void Write(Utf8JsonWriter json, CallerKeySettings key, (DateTimeOffset? Current, DateTimeOffset? Previous) used, DateTimeOffset now, string? secret = null)
    {
        json.WriteStartObject();
        json.WriteString("id", IdOf(key));
        json.WriteString("object", "key");
        if (secret is not null)
        {
            json.WriteString("key", secret);
        }

        json.WriteString("tenant", key.Tenant);
        json.WriteString("name", key.Name);
        json.WriteString("role", AccessRoles.NameOf(key.Role));
        json.WriteString("state", StateOf(key, now));
        json.WriteString("source", key.Place is null ? "environment" : "tenants.yaml");
        Write(json, "expires", key.Expires);
        Write(json, "last_used", used.Current);
        if (key.Previous is { } previous && previous.Until > now)
        {
            json.WriteStartObject("previous");
            json.WriteString("until", previous.Until);
            Write(json, "last_used", used.Previous);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("previous");
        }

        Write(json, "models", key.Models);
        Write(json, "routes", key.Routes);
        Write(json, "ip", key.Addresses.Select(range => range.ToString()));
        if (key.MaxTokens is { } most)
        {
            json.WriteNumber("max_tokens", most);
        }
        else
        {
            json.WriteNull("max_tokens");
        }

        json.WriteStartObject("tags");
        foreach (var (name, value) in key.Tags)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
