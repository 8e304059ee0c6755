using Conductor.Security;
using Microsoft.Extensions.Configuration;

namespace Conductor.Settings;

/// <summary>`server:`</summary>
public sealed record ServerSettings
{
    /// <summary>Where to listen, one URL or several with `;` between.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:5080";

    /// <summary>Allow listening beyond loopback with no key configured.</summary>
    public bool InsecureListen { get; init; }

    /// <summary>Host names a request may bear besides loopback names; empty = any name once a key is configured.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>How long a stop waits for calls in flight.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>`defaults:`</summary>
public sealed record DefaultsSettings
{
    /// <summary>The model of a request that names none: `auto`, an alias or provider/model.</summary>
    public string Model { get; init; } = "auto";

    /// <summary>The strategy of `auto`: `balanced`, `cost_optimized`, `performance_optimized`, `ordered` or `weighted`.</summary>
    public string Strategy { get; init; } = "balanced";

    /// <summary>Providers that may serve anybody; empty = all.</summary>
    public IReadOnlyList<string> AllowedProviders { get; init; } = [];

    /// <summary>Models that may be used, with `*` at the end as wildcard; empty = all.</summary>
    public IReadOnlyList<string> AllowedModels { get; init; } = [];
}

/// <summary>One entry of `providers:`</summary>
public sealed record ProviderSettings
{
    /// <summary>The plugin's id.</summary>
    public required string Plugin { get; init; }

    /// <summary>Off when false, or when <see cref="DisabledReason"/> says why.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Why the provider is off without being an error, for example `no key`; null when it is on.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>True for `price: free`, and for targets that are free by declaration: embedded, Ollama, a loopback address.</summary>
    public bool IsFree { get; init; }

    /// <summary>Models to offer besides those it lists itself; `*` = any name is passed on.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["*"];

    /// <summary>The keys that resolved to a value.</summary>
    public IReadOnlyList<Secret> Keys { get; init; } = [];

    /// <summary>Everything below the provider's name that is the plugin's own, for its container.</summary>
    public required IConfiguration Section { get; init; }

    /// <summary>The names under which `catalog:` may list this provider's models, best first: its own name, its plugin's id, the kind of service that it is.</summary>
    public IReadOnlyList<string> CatalogNames { get; init; } = [];

    /// <summary>A digest of the whole entry, secrets included: two entries that are the same have the same fingerprint.</summary>
    public string Fingerprint { get; init; } = "";
}

/// <summary>One entry of `operations:`</summary>
public sealed record OperationSettings
{
    /// <summary>The model when the request names none.</summary>
    public string? Model { get; init; }

    /// <summary>How long answers stay in the cache; null = the cache's own.</summary>
    public TimeSpan? CacheTtl { get; init; }

    /// <summary>Longest text, in UTF-16 code units; null = the operation's own.</summary>
    public int? MaxTextLength { get; init; }

    /// <summary>Everything below the operation's name, for its container.</summary>
    public required IConfiguration Section { get; init; }
}

/// <summary>`reliability:`</summary>
public sealed record ReliabilitySettings
{
    /// <summary>Attempts per request, the first one counted.</summary>
    /// <value>1 to 8.</value>
    public int MaxAttempts { get; init; } = 4;

    /// <summary>The whole request, from its first byte to the answer's first; a stream may then go on.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for an attempt's first content.</summary>
    public TimeSpan FirstContent { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence inside a stream.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest stream.</summary>
    public TimeSpan MaxStream { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>When a stream's headers go out before its first content.</summary>
    public TimeSpan StreamCommitAfter { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>`cache:`</summary>
public sealed record CacheSettings
{
    public bool Enabled { get; init; } = true;

    /// <summary>How long an exact answer is kept.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes the exact cache holds.</summary>
    public long MaxBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Which chat completions are answered from the cache: `off`, `temperature_zero` or `on`.</summary>
    public ChatCacheMode Chat { get; init; } = ChatCacheMode.TemperatureZero;
}

/// <summary>Which chat completions may be answered from the cache.</summary>
public enum ChatCacheMode
{
    Off,
    TemperatureZero,
    On,
}

/// <summary>`prices:`</summary>
public sealed record PricesSettings
{
    /// <summary>What happens to a call whose price is unknown; null = allow until a key or a budget exists, then refuse.</summary>
    public UnknownPriceRule? Unknown { get; init; }
}

/// <summary>What happens to a call whose price is unknown.</summary>
public enum UnknownPriceRule
{
    Refuse,
    Allow,
}

/// <summary>`limits:`</summary>
public sealed record LimitsSettings
{
    /// <summary>Calls at work at once; one more is refused with 503.</summary>
    public int MaxConcurrentRequests { get; init; } = 200;

    /// <summary>Largest request body, in bytes.</summary>
    public long MaxBodyBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Largest upstream answer, in bytes after decompression.</summary>
    public long MaxReplyBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>Largest event of an upstream's stream, in bytes.</summary>
    public int MaxEventBytes { get; init; } = 1024 * 1024;

    /// <summary>Longest text of an operation, in UTF-16 code units.</summary>
    public int MaxTextLength { get; init; } = 32_000;

    /// <summary>Longest text of an embedding's input, in UTF-16 code units.</summary>
    public int MaxEmbeddingTextLength { get; init; } = 8_192;
}

/// <summary>`storage:`</summary>
public sealed record StorageSettings
{
    /// <summary>The data folder, absolute.</summary>
    public string Path { get; init; } = "";
}

/// <summary>`telemetry:`</summary>
public sealed record TelemetrySettings
{
    /// <summary>An OTLP endpoint; null = none.</summary>
    public string? Otlp { get; init; }

    /// <summary>Whether `/metrics` answers.</summary>
    public bool Prometheus { get; init; } = true;
}

/// <summary>`plugins:`</summary>
public sealed record PluginsSettings
{
    /// <summary>The folder of provider plugins, absolute; null = found beside the executable or in the source tree.</summary>
    public string? Path { get; init; }

    /// <summary>The folder of operation plugins, absolute; null = found beside the executable or in the source tree.</summary>
    public string? Operations { get; init; }
}

/// <summary>One entry of `catalog:` in `models.yaml`.</summary>
public sealed record CatalogModelSettings
{
    /// <summary>One of a provider's <see cref="ProviderSettings.CatalogNames"/>.</summary>
    public required string Provider { get; init; }

    public required string Model { get; init; }

    public string? DisplayName { get; init; }

    public string? Tier { get; init; }

    public int? Context { get; init; }

    public int? MaxOutput { get; init; }

    /// <summary>Length of an embedding; null = unknown or no embedding model.</summary>
    public int? Dimensions { get; init; }

    /// <summary>USD per million tokens; null = unknown.</summary>
    public PriceSettings? UsdPerMillion { get; init; }

    /// <summary>`tools`, `vision`, `json_schema`, `reasoning`, `embeddings`.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public double? QualityScore { get; init; }

    public bool Enabled { get; init; } = true;
}

/// <summary>`usd_per_million:`</summary>
public sealed record PriceSettings
{
    public decimal Input { get; init; }

    public decimal? CachedInput { get; init; }

    public decimal? CacheWrite { get; init; }

    public decimal Output { get; init; }

    /// <summary>Calls with more input tokens than this pay the `long_` prices.</summary>
    public long? LongContextAbove { get; init; }

    public decimal? LongInput { get; init; }

    public decimal? LongCachedInput { get; init; }

    public decimal? LongOutput { get; init; }
}

/// <summary>One entry of `aliases:`</summary>
public sealed record AliasSettings
{
    public IReadOnlyList<AliasTargetSettings> Targets { get; init; } = [];

    /// <summary>The strategy's name; `ordered` = as written.</summary>
    public string Strategy { get; init; } = "ordered";

    /// <summary>Aliases or provider/model tried after all targets.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];
}

/// <summary>One target of an alias.</summary>
public sealed record AliasTargetSettings
{
    /// <summary>provider/model, an alias, or provider/* to pass the name on.</summary>
    public required string Model { get; init; }

    public double Weight { get; init; } = 1;
}

/// <summary>One entry of `tenants:`</summary>
public sealed record TenantSettings
{
    /// <summary>Aliases and models that the tenant may use, with `*` at the end as wildcard; empty = all.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Calls at work at once; null = only the host's own limit.</summary>
    public int? Concurrency { get; init; }

    /// <summary>True when the tenant has a budget: unknown prices are then refused.</summary>
    public bool HasBudget { get; init; }
}

/// <summary>A caller's key.</summary>
public sealed record CallerKeySettings
{
    public required string Tenant { get; init; }

    /// <summary>What logs and the ledger call it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the key, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>From then on the key is refused; null = never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
