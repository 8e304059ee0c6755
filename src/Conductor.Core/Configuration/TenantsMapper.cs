using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Settings;
using Conductor.Text;

namespace Conductor.Configuration;

/// <summary>Reads `tenants.yaml` and `CONDUCTOR_API_KEYS`. Keys are hashed here; nothing later sees one.</summary>
internal sealed class TenantsMapper(ProblemList problems)
{
    private const string Variable = "CONDUCTOR_API_KEYS";
    private const int ShortestKey = 16;
    private const string Advice = "take at least 16 random characters, for example from 'openssl rand -hex 24'";

    // Keys that examples and other gateways' documents hold; long enough ones only, the rest are refused for their length.
    private static readonly string[] WellKnown = ["sk-1234", "admin", "changeme", "password", "secret", "test", "your-api-key", "your-secret-key", "conductor"];

    private readonly Dictionary<string, TenantSettings> _tenants = new(StringComparer.Ordinal);
    private readonly List<CallerKeySettings> _keys = [];
    private readonly Dictionary<string, string> _byHash = new(StringComparer.Ordinal);
    private readonly HashSet<(string Tenant, string Name)> _names = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, TenantSettings> Tenants => _tenants;

    public IReadOnlyList<CallerKeySettings> Keys => _keys;

    public void Document(SettingsReader root)
    {
        foreach (var (name, tenant) in root.Object("tenants").Members())
        {
            _tenants[name] = TenantMapper.Read(name, tenant);
        }

        var place = 0;
        foreach (var (value, key) in root.Items("keys"))
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                Key(key, place);
            }

            place++;
        }
    }

    /// <summary>Keys of the environment: separated by commas, each `KEY` or `TENANT:KEY`.</summary>
    public void Environment(IReadOnlyDictionary<string, string> environment)
    {
        var mayAddTenants = _tenants.Count == 0;
        var index = 0;
        foreach (var entry in (environment.GetValueOrDefault(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            problems.Hide(entry);
            var path = $"{Variable}[{index++}]";
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            var tenant = colon < 0 ? CallContext.DefaultTenant : entry[..colon].Trim();
            var key = entry[(colon + 1)..].Trim();
            problems.Hide(key);
            if (WhyWeak(key) is { } why)
            {
                problems.Add("environment", null, path, $"{why}; {Advice}");
            }
            else if (tenant.Length == 0 || !tenant.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'))
            {
                problems.Add("environment", null, path, "what stands before ':' must be a tenant's name: letters, digits, '.', '_' and '-'");
            }
            else if (!mayAddTenants && tenant != CallContext.DefaultTenant && !_tenants.ContainsKey(tenant))
            {
                problems.Add("environment", null, path, $"names tenant '{tenant}', which tenants.yaml does not have{NearestName.Hint(tenant, _tenants.Keys)}");
            }
            else
            {
                _tenants.TryAdd(tenant, new TenantSettings());
                Take(
                    new CallerKeySettings { Tenant = tenant, Name = string.Create(CultureInfo.InvariantCulture, $"env-{index}"), Role = CallerKeyMapper.RoleOf(tenant), Hash = Hash(key) },
                    message => problems.Add("environment", null, path, message));
            }
        }
    }

    private void Key(SettingsReader entry, int place)
    {
        var tenant = entry.Text("tenant") ?? "";
        if (tenant.Length > 0 && tenant != CallContext.DefaultTenant && !_tenants.ContainsKey(tenant))
        {
            entry.Document.Problem(entry.PathOf("tenant"), $"names tenant '{tenant}', which 'tenants' does not have{NearestName.Hint(tenant, _tenants.Keys)}");
        }

        var key = entry.Text("key");
        if (entry.Has("hash") == entry.Has("key"))
        {
            entry.Document.Problem(entry.Path, "must have either 'hash' or 'key'");
            return;
        }

        if (key is not null && WhyWeak(key) is { } why)
        {
            if (!problems.Has(entry.Document.File, entry.PathOf("key")))
            {
                entry.Document.Problem(entry.PathOf("key"), $"{why}; {Advice}");
            }

            return;
        }

        if (entry.Text("name") is { Length: > 0 } name && CallerKeyMapper.Read(entry, tenant, name, key is null ? null : Hash(key), place) is { } read)
        {
            Take(read, message => entry.Document.Problem(entry.Path, message));
        }
    }

    private void Take(CallerKeySettings key, Action<string> complain)
    {
        if (!key.IsPeppered && WellKnown.Any(known => key.Hash.Span.SequenceEqual(Hash(known))))
        {
            complain($"is the hash of a key that everybody knows from examples; {Advice}");
        }
        else if (!_names.Add((key.Tenant, key.Name)))
        {
            complain($"tenant '{key.Tenant}' has another key named '{key.Name}'; give each its own name");
        }
        else if (key.Id is { } id && !_ids.Add(id))
        {
            complain($"has the id '{id}' of another key; an id belongs to one key");
        }
        else if (!_byHash.TryAdd(Convert.ToHexString(key.Hash.Span), key.Name))
        {
            complain($"is the same key as '{_byHash[Convert.ToHexString(key.Hash.Span)]}'; one key belongs to one name");
        }
        else
        {
            _keys.Add(key);
        }
    }

    private static string? WhyWeak(string key)
    {
        if (key.Length == 0)
        {
            return "is empty";
        }

        if (WellKnown.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            return "is a key that everybody knows from examples";
        }

        return key.Length < ShortestKey ? $"is only {key.Length} characters long, which can be guessed"
            : key.Distinct().Count() < 5 ? "repeats so few characters that it can be guessed"
            : null;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
