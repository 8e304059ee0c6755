using System.Collections.ObjectModel;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads what an entry of `keys` says besides whose it is: its hashes, and what it may do.</summary>
internal static class CallerKeyMapper
{
    private const int MostTags = 16;

    /// <summary>The entry's key; null where something about its hashes is wrong, which is told then.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="digest">SHA-256 of the key that the entry holds; null where it holds a hash.</param>
    /// <param name="place">Its place in the list.</param>
    public static CallerKeySettings? Read(SettingsReader entry, string tenant, string name, byte[]? digest, int place)
    {
        var (hash, isPeppered) = digest is null ? ParseHash(entry.Text("hash")) : (digest, false);
        if (hash is null)
        {
            return null; // the schema has told
        }

        var id = entry.Text("id");
        if (isPeppered && id is null)
        {
            entry.Document.Problem(entry.Path, "needs its 'id': a key with an 'hmac-sha256:' hash is found by it");
            return null;
        }

        var limits = entry.Object("limits");
        var read = LimitsMapper.Read(limits);
        return new CallerKeySettings
        {
            Tenant = tenant,
            Name = name,
            Id = id,
            Role = AccessRoles.Parse(entry.Text("role")) ?? RoleOf(tenant),
            Hash = hash,
            IsPeppered = isPeppered,
            Previous = Previous(entry.Object("previous")),
            Expires = entry.Time("expires"),
            IsEnabled = entry.Flag("enabled", true),
            Models = entry.Texts("models"),
            Routes = entry.Texts("routes"),
            MaxTokens = entry.Integer("max_tokens"),
            Addresses = Ranges(entry, "ip"),
            Tags = Tags(entry.Object("tags")),
            Limits = read,
            Budgets = LimitsMapper.Budgets(limits, read, BudgetsMapper.Read(entry)),
            Privacy = PrivacyMapper.Read(entry),
            Place = place,
        };
    }

    /// <summary>Before there were roles, the keys of these two tenants could do everything; files of that time go on meaning it.</summary>
    public static AccessRole RoleOf(string tenant) => tenant is CallContext.DefaultTenant or "admin" ? AccessRole.Admin : AccessRole.Tenant;

    /// <summary>A list of ranges; what is none is told.</summary>
    public static IReadOnlyList<IPNetwork> Ranges(SettingsReader holder, string name)
    {
        List<IPNetwork> ranges = [];
        foreach (var (value, reader) in holder.Items(name))
        {
            if (AddressRanges.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : null, out var range))
            {
                ranges.Add(range);
            }
            else
            {
                holder.Document.Problem(reader.Path, "must be an address or a range of them such as 10.0.0.0/8 or 2001:db8::/32, with no bits set behind the prefix");
            }
        }

        return ranges.Count == 0 ? Array.Empty<IPNetwork>() : ranges;
    }

    private static PreviousSecretSettings? Previous(SettingsReader previous)
    {
        var (hash, isPeppered) = ParseHash(previous.Text("hash"));
        return hash is not null && previous.Time("until") is { } until ? new PreviousSecretSettings(hash, isPeppered, until) : null;
    }

    private static IReadOnlyDictionary<string, string> Tags(SettingsReader tags)
    {
        var all = tags.Texts();
        if (all.Count > MostTags)
        {
            tags.Document.Problem(tags.Path, $"holds {all.Count} tags; at most {MostTags} go to a log line");
        }

        return all.Count == 0 ? ReadOnlyDictionary<string, string>.Empty : all;
    }

    private static (byte[]? Hash, bool IsPeppered) ParseHash(string? hash)
    {
        const string Peppered = "hmac-sha256:";
        const string Plain = "sha256:";
        var isPeppered = hash?.StartsWith(Peppered, StringComparison.Ordinal) == true;
        var digits = isPeppered ? hash![Peppered.Length..] : hash?.StartsWith(Plain, StringComparison.Ordinal) == true ? hash[Plain.Length..] : hash;
        return digits is { Length: SHA256.HashSizeInBytes * 2 } && digits.All(char.IsAsciiHexDigit) ? (Convert.FromHexString(digits), isPeppered) : (null, isPeppered);
    }
}
