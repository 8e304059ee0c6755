using System.Diagnostics.Metrics;
using System.Text;
using Conductor.Admission;
using Conductor.Caching;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Dialects;
using Conductor.Hooks;
using Conductor.Limits;
using Conductor.Operations;
using Conductor.Pipeline;
using Conductor.Prompts;
using Conductor.ProviderKeys;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Telemetry;
using Conductor.TestKit;
using MediatR;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Core.Tests.Machine;

/// <summary>The whole pipeline over scripted providers, with a clock moved by hand.</summary>
internal sealed class TestMachine : IAsyncDisposable, ISettings, ICatalog
{
    private readonly ServiceProvider _services;
    private readonly InMemoryRateLimitStore _keyLimits;
    private readonly MeterListener _listener = new();
    private readonly List<ModelCall> _calls = [];
    private long _activeCalls;

    public TestMachine(
        ConductorSettings? settings = null,
        IReadOnlyList<FakeProvider>? providers = null,
        IReadOnlyList<IOperation>? operations = null,
        ILedgerStore? store = null,
        LedgerWriterOptions? ledger = null,
        string? promptFolder = null,
        Action<IServiceCollection>? configure = null,
        ManualTimeProvider? time = null,
        IReadOnlyList<ICallHook>? hooks = null)
    {
        Hooks = hooks ?? [];
        Time = time ?? new ManualTimeProvider();
        _keyLimits = new InMemoryRateLimitStore(Time);
        Store = store ?? new InMemoryLedgerStore();
        Rebuild(settings ?? new ConductorSettings(), providers ?? [], operations ?? []);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton<ISettings>(this);
        services.AddSingleton<ICatalog>(this);
        services.AddSingleton(Store);
        services.AddSingleton(ledger ?? new LedgerWriterOptions());
        services.AddSingleton(provider => new PromptStore(promptFolder, Time, provider.GetRequiredService<ILogger<PromptStore>>()));
        services.AddConductorPipeline();
        configure?.Invoke(services);
        _services = services.BuildServiceProvider(validateScopes: true);

        var meter = _services.GetRequiredService<ConductorMetrics>().Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter && instrument.Name == "conductor.calls.active")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) => Interlocked.Add(ref _activeCalls, change));
        _listener.Start();
    }

    event Action<ConductorSettings>? ISettings.Changed
    {
        add { }
        remove { }
    }

    public ManualTimeProvider Time { get; }

    public ILedgerStore Store { get; }

    /// <summary>Hooks of every catalogue that is made from here on.</summary>
    public IReadOnlyList<ICallHook> Hooks { get; set; }

    public CatalogSnapshot Snapshot { get; private set; } = CatalogSnapshot.Empty;

    public long ActiveCalls => Interlocked.Read(ref _activeCalls);

    public ConcurrencyGate Gate => Get<ConcurrencyGate>();

    public ExactCache Cache => Get<ExactCache>();

    public CallTotals Totals => Get<CallStatistics>().Totals;

    ConductorSettings ISettings.Current => Snapshot.Settings;

    CatalogSnapshot ICatalog.Current => Snapshot;

    public static TestMachine With(params FakeProvider[] providers) => new(providers: providers);

    /// <summary>Settings with one alias over the targets as written.</summary>
    public static ConductorSettings Alias(string name, params string[] targets) => new()
    {
        Aliases = new Dictionary<string, AliasSettings> { [name] = AliasOf(targets) },
    };

    public static AliasSettings AliasOf(params string[] targets) => new() { Targets = [.. targets.Select(target => new AliasTargetSettings { Model = target })] };

    /// <summary>A machine whose alias `fast` is all providers' model `m`, in order.</summary>
    public static TestMachine Fast(params FakeProvider[] providers) => new(Alias("fast", [.. providers.Select(provider => $"{provider.Name}/m")]), providers);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Another catalogue, as after a reload.</summary>
    public void Rebuild(ConductorSettings settings, IReadOnlyList<FakeProvider> providers, IReadOnlyList<IOperation> operations, string operationFingerprint = "o1")
    {
        var section = new ConfigurationBuilder().Build();
        var entries = providers.ToDictionary(provider => provider.Name, provider => new ProviderEntry(
            provider.Name,
            provider.PluginId,
            provider,
            new ProviderSettings { Plugin = provider.PluginId, Section = section, Fingerprint = provider.Fingerprint, Models = provider.Offers },
            provider.Models)
        {
            Quarantine = new Quarantine(settings.Plugins.Quarantine, Time),
            Keys = RingOf(provider),
        });
        var complete = settings with { Providers = entries.ToDictionary(entry => entry.Key, entry => entry.Value.Settings) };
        Snapshot = new CatalogSnapshot
        {
            Settings = complete,
            Providers = entries,
            Operations = operations
                .Select(operation => new OperationEntry(operation, "fake-operations") { Fingerprint = operationFingerprint, Time = Time, Quarantine = new Quarantine(settings.Plugins.Quarantine, Time) })
                .ToDictionary(entry => entry.Name),
            Prices = PriceCatalogBuilder.Build(complete),
            Hooks = [.. Hooks.Select(hook => new CallHookEntry(hook, "fake-hooks", "h1") { Time = Time, Quarantine = new Quarantine(settings.Plugins.Quarantine, Time) })],
        };
    }

    private ProviderKeyRing? RingOf(FakeProvider provider)
    {
        if (provider.Keys.Count == 0)
        {
            return null;
        }

        provider.Ring = new ProviderKeyRing(provider.Name, provider.Keys, _keyLimits, Time, NullLogger.Instance);
        if (provider.JoinsKeys)
        {
            provider.Ring.Join();
        }

        return provider.Ring;
    }

    public ProviderEntry Entry(string provider) => Snapshot.Providers[provider];

    public ChatCall Chat(
        string model = "fast", bool isStreaming = false, string tenant = CallContext.DefaultTenant, CallOptions? options = null, CallConstraints? constraints = null,
        string text = "hello there", string? key = null) => Track(new ChatCall
        {
            Context = CallContext.New() with { TenantId = tenant, KeyId = key },
            Model = model,
            IsStreaming = isStreaming,
            Options = options ?? CallOptions.Default,
            Constraints = constraints ?? CallConstraints.None,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, text)], new ChatOptions()),
        });

    /// <summary>A call that came as bytes of <see cref="LineDialect"/>.</summary>
    public ChatCall Raw(string body, string model = "fast", bool isStreaming = false, string tenant = CallContext.DefaultTenant, CallOptions? options = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var dialect = new LineDialect();
        return Track(new ChatCall
        {
            Context = CallContext.New() with { TenantId = tenant },
            Model = model,
            IsStreaming = isStreaming,
            Options = options ?? CallOptions.Default,
            Body = new DialectBody(dialect, bytes, dialect.Peek(bytes)),
        });
    }

    public EmbeddingCall Embedding(string model, string tenant, params string[] inputs) => Track(new EmbeddingCall
    {
        Context = CallContext.New() with { TenantId = tenant },
        Model = model,
        Request = new EmbeddingRequest(inputs, null),
    });

    public OperationCall Operation(
        string text = "hello", string operation = "echo", string model = "fast", string tenant = CallContext.DefaultTenant, CallOptions? options = null,
        int? maxTokens = null, float? temperature = null, float? topP = null) => Track(new OperationCall
        {
            Context = CallContext.New() with { TenantId = tenant },
            Model = model,
            Operation = operation,
            Options = options ?? CallOptions.Default,
            Payload = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["text"] = text }),
            MaxTokens = maxTokens,
            Temperature = temperature,
            TopP = topP,
        });

    public Task<ChatOutcome> SendAsync(ChatCall call, CancellationToken cancellationToken = default) => Get<IMediator>().Send(call, cancellationToken);

    public Task<EmbeddingOutcome> SendAsync(EmbeddingCall call, CancellationToken cancellationToken = default) => Get<IMediator>().Send(call, cancellationToken);

    public Task<OperationOutcome> SendAsync(OperationCall call, CancellationToken cancellationToken = default) => Get<IMediator>().Send(call, cancellationToken);

    /// <summary>The call's ledger rows, by attempt.</summary>
    public async Task<IReadOnlyList<LedgerRow>> RowsAsync(ModelCall call)
    {
        await Get<LedgerWriter>().FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        return await Store.FindAsync(call.Context.TenantId, call.Context.RequestId, CancellationToken.None);
    }

    /// <summary>Nothing is held any more: no lease, no place, no call that counts as active.</summary>
    public void AssertIdle()
    {
        Assert.All(Snapshot.Providers.Values, provider => Assert.Equal(0, provider.CallsInFlight));
        Assert.All(Snapshot.Operations.Values, operation => Assert.Equal(0, operation.CallsInFlight));
        Assert.Equal(0, Gate.Active);
        Assert.Equal(0, ActiveCalls);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var call in _calls)
        {
            await call.DisposeAsync();
        }

        await _services.DisposeAsync();
        _listener.Dispose();
    }

    public T Track<T>(T call)
        where T : ModelCall
    {
        lock (_calls)
        {
            _calls.Add(call);
        }

        return call;
    }
}
