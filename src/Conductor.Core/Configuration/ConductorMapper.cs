using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads `conductor.yaml` but for its providers. Defaults are those of the settings types.</summary>
internal static class ConductorMapper
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2); // the server looks once a second
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public static ConductorSettings Map(SettingsReader root, SettingsNode tree)
    {
        var limits = Limits(root.Object("limits"), new LimitsSettings());
        return Map(root, tree, limits) with { Budgets = Budgets(root, limits.Rates) };
    }

    private static ConductorSettings Map(SettingsReader root, SettingsNode tree, LimitsSettings limits) => new()
    {
        Server = Server(root.Object("server"), new ServerSettings()),
        Defaults = Defaults(root.Object("defaults"), new DefaultsSettings()),
        Operations = Operations(root.Object("operations"), tree["operations"]),
        Reliability = Reliability(root.Object("reliability"), new ReliabilitySettings()),
        Cache = Cache(root.Object("cache"), new CacheSettings()),
        Prices = Prices(root.Object("prices"), new PricesSettings()),
        Hooks = PrivacyMapper.Hooks(root.Object("hooks")),
        Privacy = PrivacyMapper.Read(root),
        Limits = limits,
        Storage = Storage(root.Object("storage"), new StorageSettings()),
        Telemetry = new TelemetrySettings
        {
            Otlp = root.Object("telemetry").Text("otlp") is { Length: > 0 } otlp ? otlp : null,
            Prometheus = root.Object("telemetry").Flag("prometheus", true),
        },
    };

    private static ServerSettings Server(SettingsReader section, ServerSettings standard) => standard with
    {
        Listen = section.Text("listen", standard.Listen),
        InsecureListen = section.Flag("insecure_listen", standard.InsecureListen),
        AllowedHosts = section.Texts("allowed_hosts"),
        TrustedProxies = CallerKeyMapper.Ranges(section, "trusted_proxies"),
        InsecureAdmin = section.Flag("insecure_admin", standard.InsecureAdmin),
        HeaderTimeout = section.Duration("header_timeout", standard.HeaderTimeout, Patience, Hour),
        StallTimeout = section.Duration("stall_timeout", standard.StallTimeout, Patience, Hour),
        DrainTimeout = section.Duration("drain_timeout", standard.DrainTimeout, TimeSpan.Zero, Hour),
    };

    private static DefaultsSettings Defaults(SettingsReader section, DefaultsSettings standard) => standard with
    {
        Model = section.Text("model", standard.Model),
        Strategy = section.Text("strategy", standard.Strategy),
        AllowedProviders = section.Texts("allowed_providers"),
        AllowedModels = section.Texts("allowed_models"),
    };

    private static Dictionary<string, OperationSettings> Operations(SettingsReader section, SettingsNode? tree)
    {
        var operations = new Dictionary<string, OperationSettings>(StringComparer.Ordinal);
        foreach (var (name, operation) in section.Members())
        {
            operations[name] = new OperationSettings
            {
                Model = operation.Text("model"),
                CacheTtl = operation.Has("cache_ttl") ? operation.Duration("cache_ttl", Hour, Second, Month) : null,
                MaxTextLength = operation.Integer("max_text_length"),
                Budgets = BudgetsMapper.Read(operation),
                Section = SectionBuilder.Build(tree?[name]?["settings"]),
            };
        }

        return operations;
    }

    private static ReliabilitySettings Reliability(SettingsReader section, ReliabilitySettings standard) => standard with
    {
        MaxAttempts = section.Integer("max_attempts") ?? standard.MaxAttempts,
        Deadline = section.Duration("deadline", standard.Deadline, Instant, Hour),
        FirstContent = section.Duration("first_content", standard.FirstContent, Instant, Hour),
        Idle = section.Duration("idle", standard.Idle, Instant, Hour),
        MaxStream = section.Duration("max_stream", standard.MaxStream, Second, TimeSpan.FromHours(24)),
        StreamCommitAfter = section.Duration("stream_commit_after", standard.StreamCommitAfter, Instant, Hour),
    };

    private static CacheSettings Cache(SettingsReader section, CacheSettings standard) => standard with
    {
        Enabled = section.Flag("enabled", standard.Enabled),
        Ttl = section.Object("exact").Duration("ttl", standard.Ttl, Second, Month),
        MaxBytes = section.Object("exact").Size("max", standard.MaxBytes, 0, 1L << 40),
        Chat = section.Text("chat") switch
        {
            "off" => ChatCacheMode.Off,
            "on" => ChatCacheMode.On,
            "temperature_zero" => ChatCacheMode.TemperatureZero,
            _ => standard.Chat,
        },
    };

    private static StorageSettings Storage(SettingsReader section, StorageSettings standard) => standard with
    {
        Slots = section.Integer("slots") ?? standard.Slots,
        Durability = section.Text("durability") == "full" ? LedgerDurability.Full : standard.Durability,
        LedgerRetention = section.Has("ledger_retention") ? section.Duration("ledger_retention", Month, TimeSpan.FromDays(1), TimeSpan.FromDays(3650)) : null,
        Responses = Responses(section.Object("responses"), standard.Responses),
    };

    private static PricesSettings Prices(SettingsReader section, PricesSettings standard) => standard with
    {
        Unknown = section.Text("unknown") switch
        {
            "refuse" => UnknownPriceRule.Refuse,
            "quarantine" => UnknownPriceRule.Quarantine,
            "allow" => UnknownPriceRule.Allow,
            _ => null,
        },
        Ceiling = section.Object("ceiling") is { IsObject: true } ceiling
            ? new PriceSettings { Input = ceiling.Decimal("input") ?? 0, Output = ceiling.Decimal("output") ?? 0, PerRequest = ceiling.Decimal("per_request") }
            : standard.Ceiling,
    };

    private static ResponsesSettings Responses(SettingsReader section, ResponsesSettings standard) => standard with
    {
        Enabled = section.Flag("enabled", standard.Enabled),
        Ttl = section.Duration("ttl", standard.Ttl, TimeSpan.FromMinutes(1), TimeSpan.FromDays(400)),
        MaxTenantBytes = section.Size("max_per_tenant", standard.MaxTenantBytes, 0, 1L << 40),
        MaxConversationBytes = section.Size("max_conversation", standard.MaxConversationBytes, 1 << 10, 1 << 30),
    };

    private static BudgetsSettings Budgets(SettingsReader root, RateLimitSettings limits)
    {
        var budgets = BudgetsMapper.Global(root.Object("budgets"));
        return budgets with { Global = LimitsMapper.Budgets(root.Object("limits"), limits, budgets.Global) };
    }

    private static LimitsSettings Limits(SettingsReader section, LimitsSettings standard) => standard with
    {
        Rates = LimitsMapper.Read(section),
        Queue = new QueueSettings
        {
            Length = section.Object("queue").Integer("length") ?? standard.Queue.Length,
            Wait = section.Object("queue").Duration("wait", standard.Queue.Wait, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
        },
        CountCacheHits = section.Flag("count_cache_hits", standard.CountCacheHits),
        MaxConcurrentRequests = section.Integer("max_concurrent_requests") ?? standard.MaxConcurrentRequests,
        MaxBodyBytes = section.Size("max_body", standard.MaxBodyBytes, 1 << 10, 1 << 30),
        MaxReplyBytes = section.Size("max_reply", standard.MaxReplyBytes, 1 << 10, 1 << 30),
        MaxEventBytes = (int)section.Size("max_event", standard.MaxEventBytes, 1 << 10, 1 << 28),
        MaxTextLength = section.Integer("max_text_length") ?? standard.MaxTextLength,
        DefaultMaxOutputTokens = section.Integer("default_max_output_tokens") ?? standard.DefaultMaxOutputTokens,
        MaxEmbeddingTextLength = section.Integer("max_embedding_text_length") ?? standard.MaxEmbeddingTextLength,
        Idempotency = Idempotency(section.Object("idempotency"), standard.Idempotency),
    };

    private static IdempotencySettings Idempotency(SettingsReader section, IdempotencySettings standard) => standard with
    {
        Ttl = section.Duration("ttl", standard.Ttl, TimeSpan.FromMinutes(1), TimeSpan.FromDays(400)),
        MaxTenantBytes = section.Size("max_bytes", standard.MaxTenantBytes, 1 << 16, 1L << 40),
        MaxAnswerBytes = section.Size("max_answer", standard.MaxAnswerBytes, 1 << 10, 1 << 30),
        MaxMemoryBytes = section.Size("max_memory", standard.MaxMemoryBytes, 1 << 16, 1L << 36),
        Linger = section.Duration("linger", standard.Linger, TimeSpan.Zero, Hour),
    };
}
