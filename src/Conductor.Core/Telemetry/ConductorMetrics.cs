using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Limits;
using Conductor.Settings;

namespace Conductor.Telemetry;

/// <summary>
/// All of Conductor's instruments, on one meter. Names follow OpenTelemetry's semantic conventions for generative AI where there is one;
/// ours start with `conductor.`. Durations are seconds. Labels are bounded: what a caller can invent falls into `other` past a limit.
/// </summary>
public sealed class ConductorMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Conductor";

    // The conventions' own bucket boundaries for these three instruments.
    private static readonly double[] DurationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] FirstTokenBuckets = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly long[] TokenBuckets = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

    // Ours: the gateway's own share is tens of microseconds on a good day and a queue's length on a bad one.
    private static readonly double[] OverheadBuckets = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

    private readonly Histogram<double> _operationDuration;
    private readonly Histogram<long> _tokenUsage;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _overhead;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _pluginFaults;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _cacheRequests;
    private readonly UpDownCounter<long> _callsActive;
    private readonly UpDownCounter<long> _streamsActive;
    private readonly Counter<long> _pluginSwaps;
    private readonly Counter<long> _pluginUnloads;
    private readonly Counter<long> _budgetAlerts;
    private readonly Counter<long> _budgetRefusals;
    private readonly Counter<long> _limitRefusals;

    // Providers and operations are named in the configuration and by plugins; models and error codes can come from outside.
    private readonly LabelLimiter _operations = new(100);
    private readonly LabelLimiter _providers = new(100);
    private readonly LabelLimiter _models = new(200);
    private readonly LabelLimiter _errors = new(100);
    private readonly LabelLimiter _plugins = new(100);
    private readonly LabelLimiter _owners = new(200);
    private readonly LabelLimiter _functions = new(100);
    private Func<long> _unsettled = static () => 0;
    private Func<IReadOnlyList<(BudgetScope Scope, BudgetSettings Budget, double Usd)>> _budgets = static () => [];
    private Func<IReadOnlyCollection<(string Plugin, long Contexts)>> _pluginContexts = static () => [];
    private Func<IReadOnlyCollection<(string Kind, string Name, bool IsQuarantined)>> _quarantines = static () => [];

    /// <summary>Creates the instruments.</summary>
    public ConductorMetrics(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        Meter = meterFactory.Create(MeterName);
        _operationDuration = Meter.CreateHistogram("gen_ai.client.operation.duration", "s", "Calls from their start to their answer's end.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets });
        _tokenUsage = Meter.CreateHistogram("gen_ai.client.token.usage", "{token}", "Tokens per attempt.",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = TokenBuckets });
        _timeToFirstToken = Meter.CreateHistogram("gen_ai.server.time_to_first_token", "s", "From an attempt's start to its first content.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = FirstTokenBuckets });
        _overhead = Meter.CreateHistogram("conductor.overhead", "s", "The part of a call in which no attempt was running.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = OverheadBuckets });
        _attempts = Meter.CreateCounter<long>("conductor.upstream.attempts", "{attempt}", "Tries at providers, by how they ended.");
        _pluginFaults = Meter.CreateCounter<long>("conductor.plugin.faults", "{fault}", "Calls of a provider, an operation or a prompt function that ended by a fault of the plugin's own, not an upstream's.");
        _cost = Meter.CreateCounter<double>("conductor.cost.usd", "{USD}", "Known cost. The ledger is exact, this is not.");
        _cacheRequests = Meter.CreateCounter<long>("conductor.cache.requests", "{request}", "Looks into the answer cache, by result.");
        _callsActive = Meter.CreateUpDownCounter<long>("conductor.calls.active", "{call}", "Calls at work.");
        _streamsActive = Meter.CreateUpDownCounter<long>("conductor.streams.active", "{stream}", "Answers being streamed.");
        _pluginSwaps = Meter.CreateCounter<long>("conductor.plugin.swaps", "{swap}", "New versions of plugins at work, by what came of them.");
        _pluginUnloads = Meter.CreateCounter<long>("conductor.plugin.unloads", "{unload}", "Plugins let go, by whether their code left memory.");
        _budgetAlerts = Meter.CreateCounter<long>("conductor.budget.alerts", "{alert}", "Budgets that reached a height of which somebody is told.");
        _budgetRefusals = Meter.CreateCounter<long>("conductor.budget.refusals", "{call}", "Calls that were refused because a budget has not enough left.");
        _limitRefusals = Meter.CreateCounter<long>("conductor.rate_limit.refusals", "{call}", "Calls that were refused, and targets that were passed over, because a limit of requests or tokens was reached.");
        Meter.CreateObservableGauge("conductor.budget.remaining.usd", BudgetsLeft, "{USD}", "What is left of each budget in its present period, open calls counted as spent. The book is exact, this is not.");
        Meter.CreateObservableGauge("conductor.plugin.contexts.alive", PluginContexts, "{context}", "Load contexts of plugins in memory: one for each that serves, more while others drain or will not leave.");
        Meter.CreateObservableGauge("conductor.quarantined", Quarantines, "{target}", "1 for each provider and operation that its plugin's own faults keep calls away from, 0 for the others.");
        Meter.CreateObservableGauge("conductor.ledger.unsettled", () => _unsettled(), "{row}", "Ledger rows that are not yet in the store.");
    }

    /// <summary>The meter, for listeners that want this one and no other process-wide namesake.</summary>
    public Meter Meter { get; }

    /// <summary>A call has begun. Every call to this is paired with one to <see cref="CallEnded"/>.</summary>
    public void CallStarted() => _callsActive.Add(1);

    /// <summary>A call is over, its stream included.</summary>
    public void CallEnded(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _callsActive.Add(-1);
        var tags = new TagList
        {
            { "gen_ai.operation.name", _operations.Limit(record.Operation) },
            { "gen_ai.provider.name", _providers.Limit(record.Provider) },
            { "gen_ai.response.model", _models.Limit(record.BackendModel) },
        };
        if (record.Status != CallStatus.Ok)
        {
            tags.Add("error.type", record.Status == CallStatus.Cancelled ? "cancelled" : _errors.Limit(record.ErrorCode));
            AddCategory(ref tags, record.ErrorCategory);
        }

        _operationDuration.Record(record.Duration.TotalSeconds, tags);
        _overhead.Record(record.Overhead.TotalSeconds);
    }

    /// <summary>An attempt is over and priced.</summary>
    public void AttemptEnded(ModelCall call, Attempt attempt)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(attempt);
        var provider = _providers.Limit(attempt.Target.Provider.Name);
        var model = _models.Limit(attempt.Target.Model.Id);
        var ended = attempt.Status switch { AttemptStatus.Succeeded => "ok", AttemptStatus.Failed => "error", AttemptStatus.Cancelled => "cancelled", _ => "running" };
        var tags = new TagList { { "provider", provider }, { "model", model }, { "status", ended } };
        if (attempt.ErrorCode is { } code)
        {
            tags.Add("error.type", _errors.Limit(code));
            AddCategory(ref tags, attempt.ErrorCategory);
        }

        _attempts.Add(1, tags);

        var operation = _operations.Limit(call.OperationName);
        RecordTokens(attempt.Usage.InputTokens, "input", operation, provider, model);
        RecordTokens(attempt.Usage.OutputTokens, "output", operation, provider, model);
        if (attempt.Cost is { } cost && cost.Value > 0)
        {
            _cost.Add((double)cost.Value / 1e9, new TagList { { "provider", provider }, { "model", model } });
        }
    }

    /// <summary>An attempt ended by a fault of the plugin's own.</summary>
    public void PluginFault(Catalog.ProviderEntry provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _pluginFaults.Add(1, new TagList { { "provider", _providers.Limit(provider.Name) }, { "plugin", _providers.Limit(provider.PluginId) } });
    }

    /// <summary>An operation's own code failed.</summary>
    public void PluginFault(Catalog.OperationEntry operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        _pluginFaults.Add(1, new TagList { { "operation", _operations.Limit(operation.Name) }, { "plugin", _plugins.Limit(operation.PluginId) } });
    }

    /// <summary>The code of a plugin's prompt function failed.</summary>
    public void PluginFault(Prompts.PromptFunctionEntry function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _pluginFaults.Add(1, new TagList { { "function", _functions.Limit(function.DisplayName) }, { "plugin", _plugins.Limit(function.PluginId) } });
    }

    /// <summary>The code of a plugin's hook failed.</summary>
    public void PluginFault(Hooks.CallHookEntry hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _pluginFaults.Add(1, new TagList { { "hook", _functions.Limit(hook.Name) }, { "plugin", _plugins.Limit(hook.PluginId) } });
    }

    /// <summary>An attempt's first content is there.</summary>
    public void FirstToken(ModelCall call, Attempt attempt, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(attempt);
        _timeToFirstToken.Record(wait.TotalSeconds, new TagList
        {
            { "gen_ai.operation.name", _operations.Limit(call.OperationName) },
            { "gen_ai.provider.name", _providers.Limit(attempt.Target.Provider.Name) },
            { "gen_ai.response.model", _models.Limit(attempt.Target.Model.Id) },
        });
    }

    /// <summary>A stream to a caller has begun; paired with <see cref="StreamEnded"/>.</summary>
    public void StreamStarted() => _streamsActive.Add(1);

    /// <summary>A stream to a caller is over, however it ended.</summary>
    public void StreamEnded() => _streamsActive.Add(-1);

    /// <summary>The answer cache was asked.</summary>
    public void CacheRequest(CacheResult result) => _cacheRequests.Add(1, new TagList
    {
        { "result", result switch { CacheResult.Hit => "hit", CacheResult.Miss => "miss", CacheResult.Shared => "shared", _ => "bypass" } },
    });

    /// <summary>A new version of a plugin at work was tried.</summary>
    /// <param name="plugin">Its id.</param>
    /// <param name="result">`swapped`, `refused` (not loaded) or `failed` (loaded, and could not serve); the old version serves on but for the first.</param>
    public void PluginSwap(string plugin, string result) => _pluginSwaps.Add(1, new TagList { { "plugin", _plugins.Limit(plugin) }, { "result", result } });

    /// <summary>A plugin was let go.</summary>
    public void PluginUnloaded(string plugin, bool isDead) =>
        _pluginUnloads.Add(1, new TagList { { "plugin", _plugins.Limit(plugin) }, { "result", isDead ? "dead" : "alive" } });

    /// <summary>Where the number of load contexts of each plugin is read from.</summary>
    public void ReadPluginContextsFrom(Func<IReadOnlyCollection<(string Plugin, long Contexts)>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        _pluginContexts = read;
    }

    /// <summary>Where it is read which providers (`provider`) and operations (`operation`) are quarantined.</summary>
    public void ReadQuarantinesFrom(Func<IReadOnlyCollection<(string Kind, string Name, bool IsQuarantined)>> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        _quarantines = read;
    }

    /// <summary>Somebody is told of a budget.</summary>
    internal void BudgetAlert(BudgetAlert alert) =>
        _budgetAlerts.Add(1, [.. TagsOf(alert.Scope, alert.Budget), new("percent", alert.Percent.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>A budget has not enough left for a call.</summary>
    internal void BudgetRefusal(BudgetShortfall shortfall) => _budgetRefusals.Add(1, [.. TagsOf(shortfall.Scope, shortfall.Budget)]);

    /// <summary>A limit of requests or tokens is reached. Its labels say what kind of limit, never whose: there are at most a dozen.</summary>
    public void RateLimitRefusal(RateLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        _limitRefusals.Add(1, new TagList
        {
            { "scope", limit.Scope.Label },
            { "unit", limit.Unit == RateLimitUnit.Requests ? "requests" : "tokens" },
            { "period", limit.Period == RateLimitPeriod.Day ? "day" : "minute" },
        });
    }

    /// <summary>Where what is left of budgets is read from.</summary>
    internal void ReadBudgetsFrom(Func<IReadOnlyList<(BudgetScope Scope, BudgetSettings Budget, double Usd)>> read) => _budgets = read;

    /// <summary>Where the number of ledger rows that are not yet in the store is read from.</summary>
    internal void ReadUnsettledFrom(Func<long> read) => _unsettled = read;

    private IEnumerable<Measurement<double>> BudgetsLeft() =>
        _budgets().Select(one => new Measurement<double>(one.Usd, [.. TagsOf(one.Scope, one.Budget)]));

    private KeyValuePair<string, object?>[] TagsOf(BudgetScope scope, BudgetSettings budget) =>
    [
        new("scope", scope.Kind.ToString().ToLowerInvariant()),
        new("tenant", _owners.Limit(scope.Tenant)),
        new("name", _owners.Limit(scope.Name)),
        new("period", budget.Per.ToString().ToLowerInvariant()),
        new("mode", budget.Mode.ToString().ToLowerInvariant()),
    ];

    private IEnumerable<Measurement<long>> PluginContexts() =>
        _pluginContexts().GroupBy(plugin => _plugins.Limit(plugin.Plugin)).Select(group => new Measurement<long>(group.Sum(plugin => plugin.Contexts), new TagList { { "plugin", group.Key } }));

    private IEnumerable<Measurement<long>> Quarantines() => _quarantines()
        .GroupBy(one => (one.Kind, Name: (one.Kind == "provider" ? _providers : _operations).Limit(one.Name)))
        .Select(group => new Measurement<long>(group.Count(one => one.IsQuarantined), new TagList { { "kind", group.Key.Kind }, { "name", group.Key.Name } }));

    private static void AddCategory(ref TagList tags, string? category)
    {
        if (category is not null)
        {
            tags.Add("conductor.error.category", category);
        }
    }

    private void RecordTokens(long tokens, string type, string operation, string provider, string model)
    {
        if (tokens > 0)
        {
            _tokenUsage.Record(tokens, new TagList
            {
                { "gen_ai.operation.name", operation },
                { "gen_ai.provider.name", provider },
                { "gen_ai.response.model", model },
                { "gen_ai.token.type", type },
            });
        }
    }
}
