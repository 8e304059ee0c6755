using System.Security.Cryptography;
using System.Text;
using Conductor.Configuration;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Core.Tests.Configuration;

public sealed class SettingsLoaderTests
{
    [Fact]
    public void Load_WhatThisVersionDoesNotActUpon_TakenAndSaid()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", """
            reliability: { max_attempts: 3, retry_on: [ 429, 5xx, timeout ], breaker: { window: 30s, min_calls: 20, error_rate: 0.5, half_open: 1 }, hedge: off }
            operations: { intent_detection: { model: auto, escalate_below: 0.85, cache_ttl: 1h, prompt: intent_detection } }
            telemetry: { capture_content: false }
            """);

        var load = folder.Load();

        Assert.Equal(3, load.Required.Reliability.MaxAttempts);
        string[] paths =
        [
            "reliability.retry_on", "reliability.breaker", "reliability.hedge", "telemetry.capture_content",
            "operations.intent_detection.escalate_below", "operations.intent_detection.prompt",
        ];
        Assert.All(paths, path => Assert.Contains($"{path} is read, and not acted upon in this version", load.Notes));
    }

    [Fact]
    public void Load_PinThatIsNoHash_IsAProblem()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "plugins: { allowed: { local: [ abc ] } }");

        Assert.Contains("a SHA-256 of 64 hexadecimal digits", Assert.Single(folder.Load().Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EverySetting_ArrivesTyped()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", """
            server: { listen: "http://0.0.0.0:80;http://[::1]:81", insecure_listen: true, allowed_hosts: [ a.example ], drain_timeout: 1m }
            defaults: { model: fast, strategy: ordered, allowed_providers: [ vllm ], allowed_models: [ "vllm/*", fast ] }
            providers:
              vllm: { plugin: openai-compatible, base_url: http://10.0.0.1/v1, price: free, models: [ llama-3, "qwen*" ], keys: [ a-key, { value: b-key, weight: 2 } ], extra_headers: { X-A: 1.10, X-B: [ yes, "2" ] } }
              off: { plugin: some-plugin, enabled: false, base_url: "${NOT_SET}" }
            operations: { summarization: { model: vllm/llama-3, cache_ttl: 2d, max_text_length: 5, settings: { tone: dry, deep: { n: 3 } } } }
            reliability: { max_attempts: 2, deadline: 1.5s, first_content: 250ms, idle: 10s, max_stream: 1h, stream_commit_after: 5s }
            cache: { enabled: false, chat: on, exact: { ttl: 90s, max: 1MB } }
            prices: { unknown: allow }
            limits: { max_concurrent_requests: 3, max_body: 1MiB, max_reply: 2MiB, max_event: 64KiB, max_text_length: 100, max_embedding_text_length: 50 }
            storage: { path: ./elsewhere }
            telemetry: { otlp: http://127.0.0.1:4317, prometheus: false }
            plugins: { path: ./plugins, operations: /opt/operations, watch: false, require_pins: true, leak_budget: 2, allowed: { local: [ "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" ], none: [] } }
            """).Write("models.yaml", """
            catalog:
              - { provider: openai-compatible, model: llama-3, display_name: Llama, tier: small, context: 8192, max_output: 1024, usd_per_million: { input: 0.1, output: 0.2 }, quality_score: 0.5, enabled: false }
            aliases:
              fast: { targets: [ { model: vllm/llama-3, weight: 3 }, vllm/qwen ], strategy: weighted, fallbacks: [ vllm/other ] }
            """).Write("tenants.yaml", """
            tenants: { acme: { models: [ fast ], limits: { concurrency: 7 }, budget: { usd: 5 } }, plain: }
            keys:
              - { tenant: acme, name: web, key: "${WEB}", expires: 2027-01-01 }
              - { tenant: plain, name: job, hash: "sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824" }
            """).With("WEB", "a-long-and-random-key-1");

        var settings = folder.Load().Required;

        Assert.Equal(("http://0.0.0.0:80;http://[::1]:81", true, TimeSpan.FromMinutes(1)), (settings.Server.Listen, settings.Server.InsecureListen, settings.Server.DrainTimeout));
        Assert.Equal(["a.example"], settings.Server.AllowedHosts);
        Assert.Equal(("fast", "ordered"), (settings.Defaults.Model, settings.Defaults.Strategy));
        Assert.Equal(["vllm/*", "fast"], settings.Defaults.AllowedModels);
        Assert.Equal(["vllm", "off", "local"], settings.Providers.Keys);

        var vllm = settings.Providers["vllm"];
        Assert.Equal(("openai-compatible", true, true), (vllm.Plugin, vllm.Enabled, vllm.IsFree));
        Assert.Equal(["a-key", "b-key"], vllm.Keys.Select(key => key.Reveal()));
        Assert.Equal(["llama-3", "qwen*"], vllm.Models);
        Assert.Equal(["vllm", "openai-compatible"], vllm.CatalogNames);
        Assert.Equal(
            [("base_url", "http://10.0.0.1/v1"), ("extra_headers:X-A", "1.10"), ("extra_headers:X-B:0", "yes"), ("extra_headers:X-B:1", "2")],
            Flatten(vllm.Section));
        Assert.Equal((false, null), (settings.Providers["off"].Enabled, settings.Providers["off"].DisabledReason));

        var summary = settings.Operations["summarization"];
        Assert.Equal(("vllm/llama-3", TimeSpan.FromDays(2), 5), (summary.Model, summary.CacheTtl, summary.MaxTextLength));
        Assert.Equal([("deep:n", "3"), ("tone", "dry")], Flatten(summary.Section));
        Assert.Equal(
            new ReliabilitySettings
            {
                MaxAttempts = 2,
                Deadline = TimeSpan.FromSeconds(1.5),
                FirstContent = TimeSpan.FromMilliseconds(250),
                Idle = TimeSpan.FromSeconds(10),
                MaxStream = TimeSpan.FromHours(1),
                StreamCommitAfter = TimeSpan.FromSeconds(5),
            },
            settings.Reliability);
        Assert.Equal(new CacheSettings { Enabled = false, Chat = ChatCacheMode.On, Ttl = TimeSpan.FromSeconds(90), MaxBytes = 1_000_000 }, settings.Cache);
        Assert.Equal(UnknownPriceRule.Allow, settings.Prices.Unknown);
        Assert.Equal(
            new LimitsSettings { MaxConcurrentRequests = 3, MaxBodyBytes = 1 << 20, MaxReplyBytes = 2 << 20, MaxEventBytes = 64 << 10, MaxTextLength = 100, MaxEmbeddingTextLength = 50 },
            settings.Limits);
        Assert.Equal(Path.Combine(folder.Root, "elsewhere"), settings.Storage.Path);
        Assert.Equal(new TelemetrySettings { Otlp = "http://127.0.0.1:4317", Prometheus = false }, settings.Telemetry);
        Assert.Equal(Path.Combine(folder.Root, "plugins"), settings.Plugins.Path);
        Assert.Equal((false, true, 2), (settings.Plugins.Watch, settings.Plugins.RequirePins, settings.Plugins.LeakBudget));
        Assert.Equal(["sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"], settings.Plugins.Allowed["local"]);
        Assert.Empty(settings.Plugins.Allowed["none"]);

        var model = Assert.Single(settings.Catalog);
        Assert.Equal(("Llama", "small", 8192, 1024, 0.1m, 0.5, false), (model.DisplayName, model.Tier, model.Context, model.MaxOutput, model.UsdPerMillion[0].Input, model.QualityScore, model.Enabled));
        var fast = settings.Aliases["fast"];
        Assert.Equal([("vllm/llama-3", 3.0), ("vllm/qwen", 1.0)], fast.Targets.Select(target => (target.Model, target.Weight)));
        Assert.Equal(("weighted", "vllm/other"), (fast.Strategy, Assert.Single(fast.Fallbacks)));

        Assert.Equal((7, true), (settings.Tenants["acme"].Concurrency, settings.HasBudget));
        Assert.Equal(["fast"], settings.Tenants["acme"].Models);
        Assert.Equal([("acme", "web"), ("plain", "job")], settings.Keys.Select(key => (key.Tenant, key.Name)));
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes("a-long-and-random-key-1")), settings.Keys[0].Hash.ToArray());
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), settings.Keys[0].Expires);
        Assert.Equal(SHA256.HashData("hello"u8), settings.Keys[1].Hash.ToArray());
    }

    [Fact]
    public void Load_WithoutAnyFileOrVariable_HasWhatNeedsNoKeyAndKnowsPrices()
    {
        using var folder = new ConfigFolder();

        var load = folder.Load();

        Assert.Empty(load.Files);
        Assert.Equal(["ollama", "local"], load.Required.Providers.Where(provider => provider.Value.Enabled).Select(provider => provider.Key));
        Assert.NotEmpty(load.Required.Catalog);
        Assert.Equal(UnknownPriceRule.Allow, load.Required.UnknownPrices);
        Assert.Equal(Path.Combine(folder.Root, "data"), load.Required.Storage.Path);
    }

    [Fact]
    public void Load_WithoutAnyFileAndWithAnOpenAIKey_HasOpenAI()
    {
        using var folder = new ConfigFolder().With("OPENAI_API_KEY", "sk-abcdefgh").With("ANTHROPIC_API_KEY", "x");

        var load = folder.Load();

        var openai = load.Required.Providers["openai"];
        Assert.Equal(("openai-compatible", true, false), (openai.Plugin, openai.Enabled, openai.IsFree));
        Assert.Equal("https://api.openai.com/v1", openai.Section["base_url"]);
        Assert.Equal("sk-abcdefgh", Assert.Single(openai.Keys).Reveal());
        Assert.Equal(["openai", "openai-compatible"], openai.CatalogNames);
        Assert.Null(openai.Section["keys:0"]);
        Assert.Equal(["anthropic", "ollama", "openai"], load.Required.Providers.Where(provider => provider.Value.Enabled && provider.Key != "local").Select(provider => provider.Key).Order());
    }

    [Fact]
    public void Load_WithoutAnyFileAndWithAnAddressAlone_HasAServerThatNeedsNoKey()
    {
        using var folder = new ConfigFolder().With("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1");

        var openai = folder.Load().Required.Providers["openai"];

        Assert.Equal((true, true), (openai.Enabled, openai.IsFree));
        Assert.Equal("http://127.0.0.1:8080/v1", openai.Section["base_url"]);
        Assert.Empty(openai.Keys);
    }

    [Theory]
    [InlineData("${A}", "1")]
    [InlineData("x${A}y${A}", "x1y1")]
    [InlineData("${MISSING:-def}", "def")]
    [InlineData("${EMPTY:-def}", "def")]
    [InlineData("${MISSING:-}", "")]
    [InlineData("${A:-def}", "1")]
    [InlineData("${EMPTY}", "")]
    [InlineData("$${A}", "${A}")]
    [InlineData("$$$${A}", "$$${A}")]
    [InlineData("$A {A}", "$A {A}")]
    [InlineData("${MISSING:-http://h:1/?a=${}", "http://h:1/?a=${")]
    public void Load_ReferenceToTheEnvironment_IsReplaced(string written, string becomes)
    {
        using var folder = new ConfigFolder().With("A", "1").With("EMPTY", "")
            .Write("conductor.yaml", $"providers: {{ x: {{ plugin: p, value: '{written}' }} }}");

        Assert.Equal(becomes, folder.Load().Required.Providers["x"].Section["value"]);
    }

    [Fact]
    public void Load_ReferenceWhereANumberIsWanted_IsANumber()
    {
        using var folder = new ConfigFolder().With("N", "2").With("YES", "true")
            .Write("conductor.yaml", "reliability: { max_attempts: '${N}' }\ncache: { enabled: '${YES}' }\nlimits:\n  max_text_length: ${MISSING:-7}");

        var settings = folder.Load().Required;

        Assert.Equal((2, true, 7), (settings.Reliability.MaxAttempts, settings.Cache.Enabled, settings.Limits.MaxTextLength));
    }

    [Theory]
    [InlineData("keys: [ '${MISSING}' ]", false, 0)]
    [InlineData("keys: [ '${EMPTY}', { value: '${MISSING:-}' } ]", false, 0)]
    [InlineData("keys: [ 'prefix-${MISSING}' ]", false, 0)]
    [InlineData("keys: [ '${MISSING}', real ]", true, 1)]
    [InlineData("keys: []", true, 0)]
    [InlineData("price: free", true, 0)]
    public void Load_ProviderWhoseKeysResolveEmpty_IsDisabledAndNoMistake(string members, bool enabled, int keys)
    {
        using var folder = new ConfigFolder().With("EMPTY", "")
            .Write("conductor.yaml", $"providers: {{ x: {{ plugin: p, {members}{(enabled ? "" : ", base_url: 'http://${NOBODY}'")} }} }}");

        var load = folder.Load();

        var provider = load.Required.Providers["x"];
        Assert.Equal((enabled, keys), (provider.Enabled, provider.Keys.Count));
        Assert.Equal(enabled ? null : "no key", provider.DisabledReason);
        Assert.Equal(!enabled, load.Notes.Contains("provider x: disabled: no key"));
    }

    [Fact]
    public void Load_Budgets_OneOrAListWhereverTheyStand()
    {
        using var folder = new ConfigFolder()
            .Write("conductor.yaml", "budgets: { global: { usd: 1000 }, alert_webhook: 'https://example.com/hook' }\noperations: { summarization: { budget: [ { usd: 0.000000001, per: request } ] } }")
            .Write("tenants.yaml", """
                tenants: { acme: { budget: [ { usd: 5, per: day, alert_percent: 50 }, { usd: 100, mode: soft } ] } }
                keys: [ { tenant: acme, name: web, key: a-long-and-random-key-1, budget: { usd: 1.5, per: week } } ]
                """);

        var settings = folder.Load().Required;

        Assert.Equal([new BudgetSettings { Limit = NanoUsd.FromUsd(1000) }], settings.Budgets.Global);
        Assert.Equal("https://example.com/hook", settings.Budgets.AlertWebhook?.AbsoluteUri);
        Assert.Equal([new BudgetSettings { Limit = new NanoUsd(1), Per = BudgetPeriod.Request }], settings.Operations["summarization"].Budgets);
        Assert.Equal(
            [new BudgetSettings { Limit = NanoUsd.FromUsd(5), Per = BudgetPeriod.Day, AlertPercent = 50 }, new BudgetSettings { Limit = NanoUsd.FromUsd(100), Mode = BudgetMode.Soft }],
            settings.Tenants["acme"].Budgets);
        Assert.Equal([new BudgetSettings { Limit = NanoUsd.FromUsd(1.5m), Per = BudgetPeriod.Week }], Assert.Single(settings.Keys).Budgets);
    }

    [Fact]
    public void Load_OverridesOfTheEnvironment_WinOverTheFile()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "server: { listen: http://0.0.0.0:1 }\nreliability: { deadline: 1s }\ncache: { exact: { ttl: 1s } }")
            .With("HTTP_PORT", "8003").With("DEFAULT_TIMEOUT_MS", "30000").With("CACHE_TTL_SECONDS", "60").With("MAX_CONCURRENT_REQUESTS", "5")
            .With("GLOBAL_DAILY_LIMIT_USD", "12.50").With("ENABLE_RESPONSE_CACHING", "false");

        var load = folder.Load();

        var settings = load.Required;
        Assert.Equal("http://0.0.0.0:8003", settings.Server.Listen);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Reliability.Deadline);
        Assert.Equal((false, TimeSpan.FromSeconds(60)), (settings.Cache.Enabled, settings.Cache.Ttl));
        Assert.Equal(5, settings.Limits.MaxConcurrentRequests);
        Assert.Equal((12.5m, true, UnknownPriceRule.Refuse), (settings.GlobalDailyLimitUsd, settings.HasBudget, settings.UnknownPrices));
    }

    [Theory]
    [InlineData(null, null, "weighted")]
    [InlineData("true", "true", "balanced")]
    [InlineData("true", null, "balanced")]
    [InlineData(null, "1", "cost_optimized")]
    [InlineData(null, "no", "performance_optimized")]
    [InlineData("on", "off", "performance_optimized")]
    [InlineData("false", "true", "ordered")]
    [InlineData("false", null, "ordered")]
    [InlineData("", "", "weighted")]
    public void Load_RoutingSwitches_ChooseTheStrategyOfAuto(string? smart, string? cost, string strategy)
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "defaults: { strategy: weighted }");
        if (smart is not null)
        {
            folder.With("ENABLE_SMART_ROUTING", smart);
        }

        if (cost is not null)
        {
            folder.With("ENABLE_COST_OPTIMIZATION", cost);
        }

        Assert.Equal(strategy, folder.Load().Required.Defaults.Strategy);
    }

    [Fact]
    public void Load_CommandLine_WinsOverEverything()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "server: { listen: http://127.0.0.1:1 }\nstorage: { path: a }\nplugins: { path: b, operations: c }").With("HTTP_PORT", "2");
        var elsewhere = Path.Combine(folder.Root, "else");

        var settings = SettingsLoader.Load(folder.Source() with { Listen = "http://127.0.0.1:3", Data = elsewhere, Plugins = elsewhere, Operations = elsewhere }).Required;

        Assert.Equal("http://127.0.0.1:3", settings.Server.Listen);
        Assert.Equal((elsewhere, elsewhere, elsewhere), (settings.Storage.Path, settings.Plugins.Path, settings.Plugins.Operations));
    }

    [Fact]
    public void Load_SeveralPlacesHaveAFile_TakesTheNearest()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "limits: { max_text_length: 1 }");
        Directory.CreateDirectory(Path.Combine(folder.Root, "bin", "config"));
        File.WriteAllText(Path.Combine(folder.Root, "bin", "config", "conductor.yaml"), "limits: { max_text_length: 2 }");
        var named = Path.Combine(folder.Root, "named.yaml");
        File.WriteAllText(named, "limits: { max_text_length: 3 }");
        var variable = Path.Combine(folder.Root, "variable.yaml");
        File.WriteAllText(variable, "limits: { max_text_length: 4 }");

        int Length(SettingsSource source) => SettingsLoader.Load(source).Required.Limits.MaxTextLength;

        Assert.Equal(1, Length(folder.Source()));
        Assert.Equal(2, Length(folder.Source() with { ContentRoot = Path.Combine(folder.Root, "nowhere") }));
        folder.With("CONDUCTOR_CONFIG", variable);
        Assert.Equal(4, Length(folder.Source()));
        Assert.Equal(3, Length(folder.Source() with { ConfigPath = named }));
    }

    [Fact]
    public void Load_ExecutableInsideTheSourceTree_FindsTheTreesConfiguration()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "limits: { max_text_length: 1 }");
        File.WriteAllText(Path.Combine(folder.Root, "Conductor.Plugins.sln"), "");
        var deep = Directory.CreateDirectory(Path.Combine(folder.Root, "src", "Conductor.Host", "bin", "Release")).FullName;

        var load = SettingsLoader.Load(folder.Source() with { ContentRoot = Path.Combine(folder.Root, "src"), BaseDirectory = deep });

        Assert.Equal(folder.File("conductor.yaml"), load.Files[0]);
        Assert.Equal(Path.Combine(folder.Root, "data"), load.Required.Storage.Path);
    }

    [Fact]
    public void Load_KeysOfTheEnvironment_AddToTheFilesAndMakeTenants()
    {
        using var folder = new ConfigFolder().Write("conductor.yaml", "{}").With("CONDUCTOR_API_KEYS", "first-key-0123456789, acme:second-key-0123456789,");

        var settings = folder.Load().Required;

        Assert.Equal([("default", "env-1"), ("acme", "env-2")], settings.Keys.Select(key => (key.Tenant, key.Name)));
        Assert.Equal(["default", "acme"], settings.Tenants.Keys);
        Assert.Equal(UnknownPriceRule.Refuse, settings.UnknownPrices);
    }

    [Fact]
    public void Load_EntryChangedInAnyWay_ChangesItsFingerprintAlone()
    {
        using var folder = new ConfigFolder();
        IReadOnlyDictionary<string, ProviderSettings> With(string x) =>
            folder.Write("conductor.yaml", $"providers:\n  x: {x}\n  y: {{ plugin: p }}").Load().Required.Providers;

        var first = With("{ plugin: p, keys: [ k ], a: 1, b: { c: 2 } }");
        var reordered = With("{ b: { c: 2 }, a: 1, keys: [ k ], plugin: p }");
        var otherKey = With("{ plugin: p, keys: [ l ], a: 1, b: { c: 2 } }");

        Assert.Equal(first["x"].Fingerprint, reordered["x"].Fingerprint);
        Assert.NotEqual(first["x"].Fingerprint, otherKey["x"].Fingerprint);
        Assert.Equal(first["y"].Fingerprint, otherKey["y"].Fingerprint);
    }

    [Theory]
    [InlineData("vllm", "openai-compatible", "http://localhost:8000/v1", "vllm,openai-compatible,custom")]
    [InlineData("mine", "openai-compatible", "https://api.openai.com/v1", "mine,openai-compatible,openai")]
    [InlineData("eu", "azure-openai", "https://x.openai.azure.com", "eu,azure-openai,azure")]
    [InlineData("g", "gemini", null, "g,gemini,google")]
    [InlineData("groq", "openai-compatible", "https://api.groq.com/openai/v1", "groq,openai-compatible")]
    [InlineData("evil", "openai-compatible", "https://api.openai.com.evil.example/v1", "evil,openai-compatible")]
    [InlineData("ollama", "ollama", "http://10.0.0.1:11434", "ollama")]
    public void CatalogNames_ByNamePluginAndHost_AreInThisOrder(string name, string plugin, string? baseUrl, string names)
    {
        Assert.Equal(names.Split(','), CatalogKinds.Of(name, plugin, baseUrl));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/v1", true)]
    [InlineData("http://127.8.8.8", true)]
    [InlineData("http://[::1]:80/", true)]
    [InlineData("http://LOCALHOST:80/", true)]
    [InlineData("http://localhost.example.com/", false)]
    [InlineData("http://127.0.0.1.example.com/", false)]
    [InlineData("http://10.0.0.1/", false)]
    [InlineData("127.0.0.1:80", false)]
    [InlineData(null, false)]
    public void IsLoopback_Address_IsToldByItsHost(string? url, bool loopback)
    {
        Assert.Equal(loopback, CatalogKinds.IsLoopback(url));
    }

    private static IEnumerable<(string Key, string? Value)> Flatten(Microsoft.Extensions.Configuration.IConfiguration section) =>
        Microsoft.Extensions.Configuration.ConfigurationExtensions.AsEnumerable(section).Where(entry => entry.Value is not null).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));
}
