using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Conductor.Access;
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

    public IReadOnlyDictionary<string, TenantSettings> Tenants => _tenants;

    public IReadOnlyList<CallerKeySettings> Keys => _keys;

    public void Document(SettingsReader root)
    {
        foreach (var (name, tenant) in root.Object("tenants").Members())
        {
            _tenants[name] = Tenant(tenant);
        }

        foreach (var key in root.Objects("keys"))
        {
            Key(key);
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
                Take(tenant, string.Create(CultureInfo.InvariantCulture, $"env-{index}"), Hash(key), null, [], message => problems.Add("environment", null, path, message));
            }
        }
    }

    private static TenantSettings Tenant(SettingsReader tenant)
    {
        var limits = tenant.Object("limits");
        var read = LimitsMapper.Read(limits);
        return new TenantSettings { Models = tenant.Texts("models"), Limits = read, Budgets = LimitsMapper.Budgets(limits, read, BudgetsMapper.Read(tenant)) };
    }

    private void Key(SettingsReader entry)
    {
        var tenant = entry.Text("tenant") ?? "";
        if (tenant.Length > 0 && tenant != CallContext.DefaultTenant && !_tenants.ContainsKey(tenant))
        {
            entry.Document.Problem(entry.PathOf("tenant"), $"names tenant '{tenant}', which 'tenants' does not have{NearestName.Hint(tenant, _tenants.Keys)}");
        }

        var hash = entry.Text("hash");
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

        var digest = key is not null ? Hash(key) : ParseHash(hash);
        if (digest is null || entry.Text("name") is not { Length: > 0 } name)
        {
            return;
        }

        Take(tenant, name, digest, entry.Time("expires"), BudgetsMapper.Read(entry), message => entry.Document.Problem(entry.Path, message));
    }

    private void Take(string tenant, string name, byte[] hash, DateTimeOffset? expires, IReadOnlyList<BudgetSettings> budgets, Action<string> complain)
    {
        if (!_names.Add((tenant, name)))
        {
            complain($"tenant '{tenant}' has another key named '{name}'; give each its own name");
        }
        else if (!_byHash.TryAdd(Convert.ToHexString(hash), name))
        {
            complain($"is the same key as '{_byHash[Convert.ToHexString(hash)]}'; one key belongs to one name");
        }
        else
        {
            _keys.Add(new CallerKeySettings { Tenant = tenant, Name = name, Role = RoleOf(tenant), Hash = hash, Expires = expires, Budgets = budgets });
        }
    }

    // Before there were roles, these two tenants' keys could do everything; files of that time go on meaning it.
    private static AccessRole RoleOf(string tenant) => tenant is CallContext.DefaultTenant or "admin" ? AccessRole.Admin : AccessRole.Tenant;

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

    private static byte[]? ParseHash(string? hash)
    {
        var digits = hash?.StartsWith("sha256:", StringComparison.Ordinal) == true ? hash[7..] : hash;
        return digits is { Length: SHA256.HashSizeInBytes * 2 } && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }
}
