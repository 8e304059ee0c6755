using Conductor.Security;

namespace Conductor.Settings;

/// <summary>Everything the configuration says, checked and with all defaults filled in. Immutable; a reload makes a new one.</summary>
public sealed record ConductorSettings
{
    public ServerSettings Server { get; init; } = new();

    public DefaultsSettings Defaults { get; init; } = new();

    /// <summary>Providers by their configured name. `local` is always there.</summary>
    public IReadOnlyDictionary<string, ProviderSettings> Providers { get; init; } = new Dictionary<string, ProviderSettings>();

    /// <summary>Settings of operations by the operation's name; an operation need not be listed.</summary>
    public IReadOnlyDictionary<string, OperationSettings> Operations { get; init; } = new Dictionary<string, OperationSettings>();

    public ReliabilitySettings Reliability { get; init; } = new();

    public CacheSettings Cache { get; init; } = new();

    public PricesSettings Prices { get; init; } = new();

    /// <summary>Settings of hooks by the hook's name.</summary>
    public IReadOnlyDictionary<string, HookSettings> Hooks { get; init; } = new Dictionary<string, HookSettings>();

    /// <summary>What becomes of personal data in all calls, where a tenant or a key says nothing else.</summary>
    public PrivacySettings Privacy { get; init; } = PrivacySettings.None;

    public LimitsSettings Limits { get; init; } = new();

    public StorageSettings Storage { get; init; } = new();

    public TelemetrySettings Telemetry { get; init; } = new();

    public PluginsSettings Plugins { get; init; } = new();

    /// <summary>The folder whose prompt files override shipped ones, absolute; null = none.</summary>
    public string? PromptFolder { get; init; }

    /// <summary>The models that `models.yaml` knows: prices, limits, capabilities.</summary>
    public IReadOnlyList<CatalogModelSettings> Catalog { get; init; } = [];

    /// <summary>Aliases by name; a name may end with `*`.</summary>
    public IReadOnlyDictionary<string, AliasSettings> Aliases { get; init; } = new Dictionary<string, AliasSettings>();

    /// <summary>Tenants by name.</summary>
    public IReadOnlyDictionary<string, TenantSettings> Tenants
    {
        get;
        init
        {
            field = value;
            HasCustomModels = value.Values.Any(tenant => tenant.CustomModels.Count > 0); // asked for every target of every call
        }
    } = new Dictionary<string, TenantSettings>();

    /// <summary>The callers' keys, of `tenants.yaml` and of `CONDUCTOR_API_KEYS` together.</summary>
    public IReadOnlyList<CallerKeySettings> Keys { get; init; } = [];

    /// <summary>What keys of Conductor's own making are hashed with; null while there is none.</summary>
    public Secret? KeyPepper { get; init; }

    /// <summary>What providers' keys are encrypted with in `conductor.yaml`, as it is written; null while there is none.</summary>
    public Secret? SecretKey { get; init; }

    /// <summary>What all calls together may spend, and who is told.</summary>
    public BudgetsSettings Budgets { get; init; } = new();

    /// <summary>What all calls of a day may cost, in USD; null = no limit. A budget like those of <see cref="Budgets"/>.</summary>
    public decimal? GlobalDailyLimitUsd { get; init; }

    /// <summary>True when any tenant has models of its own.</summary>
    public bool HasCustomModels { get; private init; }

    /// <summary>True when anything limits what may be spent.</summary>
    public bool HasBudget => GlobalDailyLimitUsd is not null || Budgets.Global.Count > 0 || Tenants.Values.Any(tenant => tenant.Budgets.Count > 0)
        || Keys.Any(key => key.Budgets.Count > 0) || Operations.Values.Any(operation => operation.Budgets.Count > 0);

    /// <summary>What happens to a call whose price is unknown: as `prices.unknown` says, else refused as soon as a key or a budget exists.</summary>
    public UnknownPriceRule UnknownPrices =>
        Prices.Unknown ?? (Keys.Count > 0 || HasBudget ? UnknownPriceRule.Refuse : UnknownPriceRule.Allow);
}
