using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Configuration;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Hooks;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Money;
using Conductor.Limits;
using Conductor.Operations;
using Conductor.Pipeline;
using Conductor.Prompts;
using Conductor.ProviderKeys;
using Conductor.Security;
using Conductor.Settings;
using Conductor.Storage.Sqlite;
using MediatR;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Benchmarks;

/// <summary>The pipeline over a provider that answers at once: what is left is Conductor's own cost.</summary>
internal sealed class BenchmarkMachine : IAsyncDisposable, ICatalog
{
    private readonly ServiceProvider _services;
    private readonly IMediator _pipeline;
    private readonly IDialect _dialect = new OpenAIDialect();
    private readonly InstantProvider _provider = new();
    private readonly byte[] _small = ChatBody(textLength: 200);
    private readonly byte[] _large = ChatBody(textLength: 21_000);
    private readonly byte[] _priced = ChatBody(textLength: 200, provider: "priced");
    private readonly byte[] _pricedLarge = ChatBody(textLength: 21_000, provider: "priced");
    private readonly byte[] _streamed = ChatBody(textLength: 200, isStreaming: true);
    private readonly byte[] _operation = JsonSerializer.SerializeToUtf8Bytes(new { text = "a text to work on" });

    private readonly RateLimitSettings? _limits;

    /// <param name="dataFolder">Where the ledger and its reservations are; null = in memory.</param>
    /// <param name="limits">Limits that nobody reaches, of a caller's key, its tenant, the provider's key and all calls; null = none at all.</param>
    /// <param name="privacy">What becomes of personal data.</param>
    /// <param name="hook">A hook of all calls.</param>
    public BenchmarkMachine(string? dataFolder = null, RateLimitSettings? limits = null, PrivacySettings? privacy = null, ICallHook? hook = null)
    {
        _limits = limits;
        var section = new ConfigurationBuilder().Build();
        var provider = new ProviderSettings { Plugin = "instant", IsFree = true, Section = section };
        var priced = new ProviderSettings { Plugin = "instant", Section = section, CatalogNames = ["priced"] };
        var settings = new ConductorSettings
        {
            Providers = new Dictionary<string, ProviderSettings> { ["instant"] = provider, ["priced"] = priced },
            Catalog = [new CatalogModelSettings { Provider = "priced", Model = "m", UsdPerMillion = [new PriceSettings { Input = 0.15m, CachedInput = 0.075m, Output = 0.6m }] }],
            Tenants = new Dictionary<string, TenantSettings> { ["rich"] = new() { Budgets = [new BudgetSettings { Limit = NanoUsd.FromUsd(1_000_000), Per = BudgetPeriod.Day }] } },
            Cache = new CacheSettings { Chat = ChatCacheMode.Off },
            Storage = new StorageSettings { Path = dataFolder ?? "" },
            Privacy = privacy ?? PrivacySettings.None,
        };
        ProviderKeyRing? keys = null;
        if (limits is not null)
        {
            settings = settings with
            {
                Limits = new LimitsSettings { Rates = limits },
                Tenants = new Dictionary<string, TenantSettings> { ["rich"] = new() { Limits = limits } },
                Keys = [new CallerKeySettings { Tenant = "rich", Name = "k", Hash = new byte[32], Limits = limits }],
                Prices = new PricesSettings { Unknown = UnknownPriceRule.Allow },
            };
            keys = new ProviderKeyRing("instant", [new ProviderKeySettings(new Secret("sk-benchmark")) { Limits = limits }], new InMemoryRateLimitStore(TimeProvider.System), TimeProvider.System, NullLogger.Instance);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<ISettings>(new FixedSettings(settings));
        services.AddSingleton<ICatalog>(this);
        services.AddSingleton(new PromptStore(null, TimeProvider.System, NullLogger<PromptStore>.Instance));
        services.AddConductorPipeline();
        if (dataFolder is not null)
        {
            services.AddSqliteStorage();
        }

        _services = services.BuildServiceProvider();
        _pipeline = _services.GetRequiredService<IMediator>();
        Current = new CatalogSnapshot
        {
            Settings = settings,
            Providers = new Dictionary<string, ProviderEntry>
            {
                ["instant"] = new("instant", "instant", _provider, provider, _provider.Models) { Keys = keys },
                ["priced"] = new("priced", "instant", _provider, priced, _provider.Models),
            },
            Operations = new Dictionary<string, OperationEntry> { ["echo"] = new(new EchoOperation(), "echo") { Fingerprint = "1" } },
            Prices = PriceCatalogBuilder.Build(settings),
            Hooks = hook is null ? [] : [new CallHookEntry(hook, "benchmark", "1")],
        };
    }

    public CatalogSnapshot Current { get; }

    public IReadOnlyList<(string Name, Func<Task> Run)> Scenarios => _limits is { } limits
        ? [($"chat, raw bytes, 0.3 KB, four scopes of {(limits.Tpm is null ? "rpm" : "rpm and tpm")}", () => RawAsync(_small, "rich", "k"))]
        :
    [
        ("provider called directly, typed (baseline)", () => _provider.GetResponseAsync([new ChatMessage(ChatRole.User, "hello")], new ChatOptions())),
        ("chat, typed, in process", () => TypedAsync(isStreaming: false)),
        ("chat, raw bytes, 0.3 KB: peek, splice, usage scan", () => RawAsync(_small)),
        ("chat, raw bytes, 21 KB", () => RawAsync(_large)),
        ("chat, raw bytes, 0.3 KB, priced and under a budget", () => RawAsync(_priced, "rich")),
        ("chat, raw bytes, 21 KB, priced and under a budget", () => RawAsync(_pricedLarge, "rich")),
        ("chat, typed stream of 50 updates", () => TypedAsync(isStreaming: true)),
        ("chat, raw stream of 50 events", () => RawAsync(_streamed)),
        ("operation on an engine, not cached", () => OperationAsync(CacheUse.Off)),
        ("operation from the cache", () => OperationAsync(CacheUse.ReadWrite)),
    ];

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async Task TypedAsync(bool isStreaming)
    {
        await using var call = new ChatCall
        {
            Context = CallContext.New(),
            Model = "instant/m",
            IsStreaming = isStreaming,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "hello")], new ChatOptions()),
        };
        var outcome = await _pipeline.Send(call);
        if (outcome.Updates is { } updates)
        {
            await foreach (var update in updates)
            {
            }
        }
    }

    private async Task RawAsync(byte[] body, string tenant = CallContext.DefaultTenant, string? key = null)
    {
        var peek = _dialect.Peek(body);
        await using var call = new ChatCall
        {
            Context = CallContext.New() with { TenantId = tenant, KeyId = key },
            Model = peek.Model!,
            IsStreaming = peek.IsStreaming,
            Body = new DialectBody(_dialect, body, peek),
        };
        var outcome = await _pipeline.Send(call);
        if (outcome.Events is { } events)
        {
            await foreach (var item in events)
            {
            }
        }
    }

    private async Task OperationAsync(CacheUse cache)
    {
        await using var call = new OperationCall
        {
            Context = CallContext.New(),
            Operation = "echo",
            Model = "auto",
            Payload = _operation,
            Options = new CallOptions { Cache = cache },
        };
        await _pipeline.Send(call);
    }

    // Text as it is in prompts: words, numbers, line ends.
    private static byte[] ChatBody(int textLength, bool isStreaming = false, string provider = "instant")
    {
        var text = string.Concat(Enumerable.Repeat("""The quick brown fox jumps over 13 lazy dogs, and \"nobody\" minds.\n""", (textLength / 60) + 1))[..textLength];
        return Encoding.UTF8.GetBytes(
            $$"""{"model":"{{provider}}/m","max_tokens":500,"stream":{{(isStreaming ? "true" : "false")}},"messages":[{"role":"user","content":"{{text.TrimEnd('\\')}}"}]}""");
    }
}
