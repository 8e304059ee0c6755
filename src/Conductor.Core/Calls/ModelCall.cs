using Conductor.Catalog;
using Conductor.Routing;

namespace Conductor.Calls;

/// <summary>One request on its way through the pipeline. Whoever creates it disposes it, once the answer's last byte is out.</summary>
/// <remarks>
/// Mutable by design, and only along the line: each behavior writes its own part (plan, hop, attempts, timings). What varies between attempts
/// lives on an <see cref="Attempt"/>, because MediatR's `next()` takes no arguments.
/// </remarks>
public abstract class ModelCall : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private List<Func<ValueTask>>? _completions;
    private bool _isDisposed;

    public required CallContext Context { get; init; }

    /// <summary>What the caller asked for: `auto`, an alias, provider/model, a bare model name.</summary>
    public required string Model { get; init; }

    public CallConstraints Constraints { get; init; } = CallConstraints.None;

    public CallOptions Options { get; init; } = CallOptions.Default;

    /// <summary>Cancelled when the caller leaves.</summary>
    public CancellationToken CallerAborted { get; init; }

    /// <summary>The candidates in order, written by routing.</summary>
    public RoutePlan Plan { get; internal set; } = RoutePlan.Empty;

    /// <summary>The candidate whose turn it is, written by fallback, read by invoke.</summary>
    public RouteHop? Hop { get; internal set; }

    /// <summary>Every try so far, in order.</summary>
    public IReadOnlyList<Attempt> Attempts => AttemptList;

    /// <summary>What the attempt that was begun last may take at most; nothing before the first.</summary>
    public Reservation Reservation => AttemptList.Count > 0 ? AttemptList[^1].Reservation : default;

    /// <summary>What the call has set aside of the budgets that it is under; null while it is under none.</summary>
    internal Budgets.BudgetHold? Budget { get; set; }

    /// <summary>What is left of the tightest budget that the call is under, with a day, a week or a month; null where there is none.</summary>
    public Money.NanoUsd? BudgetLeft => Budget?.Left;

    /// <summary>What the call has taken of its limits of requests and tokens; null while it is under none.</summary>
    internal Limits.CallLimits? Limits { get; set; }

    /// <summary>How the limit of requests stands that has least left; null where the call is under none.</summary>
    public Limits.RateLimitState? RequestLimit => Limits?.Requests;

    /// <summary>How the limit of tokens stands that has least left, of a minute or of a day; null where the call is under none.</summary>
    public Limits.RateLimitState? TokenLimit => Limits?.Tokens;

    /// <summary>Where the time went.</summary>
    public CallTimings Timings { get; } = new();

    /// <summary>The catalogue that this call sees from start to end.</summary>
    public CatalogSnapshot? Catalog { get; internal set; }

    /// <summary>True when the answer came from the cache.</summary>
    public bool IsCacheHit { get; internal set; }

    /// <summary>What the target left out of the request, each name once; of an answer from the cache, what was left out when it was made. Told to the caller as `x-conductor-dropped-params`.</summary>
    public IList<string> DroppedParameters { get; } = [];

    /// <summary>What the target was told in other words or with another value, each name once; of an answer from the cache, when it was made. Told to the caller as `x-conductor-loss`.</summary>
    public IList<string> ChangedParameters { get; } = [];

    internal void Drop(IReadOnlyList<string> names) => Note(DroppedParameters, names);

    internal void Change(IReadOnlyList<string> names) => Note(ChangedParameters, names);

    /// <summary>The hooks that the call goes through, written by admission; null where there are none. What they look at is text, so that no bytes go through as they are.</summary>
    internal Hooks.HookChain? Hooks { get; set; }

    /// <summary>What this call does with the cache, written by caching.</summary>
    public CacheUse CacheUse { get; internal set; } = CacheUse.Off;

    /// <summary>What broke the stream after its first content; null while nothing has.</summary>
    public Errors.ConductorException? StreamFailure { get; internal set; }

    /// <summary>When the call began, as a `TimeProvider` timestamp, written by telemetry.</summary>
    internal long StartedTimestamp { get; set; }

    /// <summary>The whole call's time to its answer or first content, written by admission.</summary>
    internal TimeSpan TimeLimit { get; set; } = System.Threading.Timeout.InfiniteTimeSpan;

    internal List<Attempt> AttemptList { get; } = [];

    /// <summary>The prompt's size at most, in tokens, once somebody has estimated it.</summary>
    internal long? WorstInputTokens { get; set; }

    /// <summary>`chat`, `embeddings` or the operation's name, for logs and metrics.</summary>
    public abstract string OperationName { get; }

    /// <summary>Runs <paramref name="completion"/> when the call is disposed: once, in reverse order, each isolated from the others' failures.</summary>
    public void OnCompleted(Func<ValueTask> completion)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            (_completions ??= []).Add(completion);
        }
    }

    private static void Note(IList<string> known, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (!known.Contains(name))
            {
                known.Add(name);
            }
        }
    }

    /// <summary>Called when a completion throws; set by telemetry.</summary>
    internal Action<Exception>? CompletionFailed { get; set; }

    public async ValueTask DisposeAsync()
    {
        List<Func<ValueTask>>? completions;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            completions = _completions;
        }

        for (var i = (completions?.Count ?? 0) - 1; i >= 0; i--)
        {
            try
            {
                await completions![i]().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // boundary: one completion's failure must not keep the others from running
            catch (Exception failure)
#pragma warning restore CA1031
            {
                CompletionFailed?.Invoke(failure);
            }
        }

        GC.SuppressFinalize(this);
    }
}
