using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Fallback;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;
using Conductor.Storage;
using Microsoft.Extensions.Logging;

namespace Conductor.Invoke;

/// <summary>
/// One attempt from its start to its ledger row: the provider's lease, the deadline, the row. Whatever happens, it ends exactly once:
/// by success, failure or cancellation, and at the latest when the call is disposed.
/// </summary>
internal sealed class AttemptScope : IAsyncDisposable
{
    // What a plugin has to come back in once its token is cancelled. Most need microseconds; 504 is promised within the deadline and one second.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ModelCall _call;
    private readonly AttemptServices _services;
    private readonly CancellationTokenSource _limits;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenRegistration _leaving;
    private readonly long _started;
    private int _hasEnded;
    private Task? _abandoned;
    private Func<ValueTask>? _leftOver;

    private AttemptScope(ModelCall call, RouteHop hop, AttemptServices services, TimeSpan limit, CancellationToken caller)
    {
        _call = call;
        _services = services;
        _caller = caller;
        _started = services.Time.GetTimestamp();
        Hop = hop;
        Attempt = new Attempt { Number = call.AttemptList.Count + 1, Target = hop, StartedAt = services.Time.GetUtcNow() };
        call.AttemptList.Add(Attempt);
        _limits = new CancellationTokenSource(limit, services.Time);
        _leaving = caller.UnsafeRegister(static limits => ((CancellationTokenSource)limits!).Cancel(), _limits);
    }

    public RouteHop Hop { get; }

    public Attempt Attempt { get; }

    public ILogger Logger => _services.Logger;

    public IModelProvider Provider => Hop.Provider.Provider;

    /// <summary>Cancelled when the caller leaves or the time is up.</summary>
    public CancellationToken Token => _limits.Token;

    public bool HasEnded => Volatile.Read(ref _hasEnded) != 0;

    /// <summary>Starts an attempt at the call's hop; the call ends it when it is disposed, if nobody has before.</summary>
    /// <exception cref="ProviderException">The provider was just taken away, or no time is left.</exception>
    public static AttemptScope Begin(ModelCall call, AttemptServices services, CancellationToken caller)
    {
        var hop = call.Hop!;
        var reliability = call.Catalog!.Settings.Reliability;
        var left = call.TimeLimit - services.Time.GetElapsedTime(call.StartedTimestamp);
        if (left <= TimeSpan.Zero)
        {
            throw new ProviderException(ProviderErrorKind.Timeout, "No time was left for this target.");
        }

        if (!hop.Provider.TryAcquire())
        {
            throw new ProviderException(ProviderErrorKind.PluginFault, "The provider was taken away a moment ago.");
        }

        var scope = new AttemptScope(call, hop, services, left < reliability.FirstContent ? left : reliability.FirstContent, caller);
        try
        {
            call.OnCompleted(scope.DisposeAsync);
        }
        catch (ObjectDisposedException)
        {
            scope.LetGo();
            throw;
        }

        return scope;
    }

    /// <summary>Makes the attempt. Whatever goes wrong in it is booked, and thrown on as what <see cref="Translate"/> makes of it.</summary>
    /// <param name="attempt">Everything between the lease and the answer, or a stream's first content.</param>
    /// <param name="used">What had been used when it went wrong; null = nothing.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, Func<TokenUsage?>? used = null)
    {
        try
        {
            return await attempt().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a plugin's code runs all over an attempt, and nothing of it may reach the pipeline as it is
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            var told = Translate(thrown);
            Fail(told, used?.Invoke());
            if (ReferenceEquals(told, thrown))
            {
                throw;
            }

            throw told;
        }
    }

    /// <summary>Runs the plugin's code and turns whatever comes out of it into a value, a <see cref="ProviderException"/> or the caller's own cancellation.</summary>
    public async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await WithinTimeAsync(work(Token)).ConfigureAwait(false)
                ?? throw new ProviderException(ProviderErrorKind.PluginFault, "The plugin returned null.");
        }
#pragma warning disable CA1031 // boundary: nothing that a plugin throws may reach the pipeline as it is
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            throw Translate(thrown);
        }
    }

    /// <summary>
    /// Closes what the attempt opened at its plugin: now, or once the plugin has come back from a question that was given up on. Two at once in one
    /// stream is what no stream allows.
    /// </summary>
    public ValueTask CloseAsync(Func<ValueTask> close)
    {
        if (_abandoned is null)
        {
            return close();
        }

        _leftOver = close;
        return ValueTask.CompletedTask;
    }

    /// <summary>What a plugin's exception means. Returns the caller's own cancellation as it is.</summary>
    public Exception Translate(Exception thrown)
    {
        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException(_caller);
        }

        if (_limits.IsCancellationRequested && thrown is OperationCanceledException or IOException or HttpRequestException)
        {
            return new ProviderException(ProviderErrorKind.Timeout, "No answer in time.");
        }

        switch (thrown)
        {
            case ProviderException known:
                return known;
            case Operations.OperationRequestException mistake:
                return new InvalidRequestException(mistake.Message, mistake.Field, "invalid_value");
            case ConductorException own:
                return own;
            case OperationCanceledException:
                return new ProviderException(ProviderErrorKind.PluginFault, "The plugin cancelled, and nobody had asked it to.");
            default:
                // Its name only: the exception itself holds the plugin's code in memory, and its text is the plugin's own.
                InvokeLog.PluginFault(_services.Logger, Hop.Id, thrown.GetType().FullName ?? "", thrown.Message);
                return new ProviderException(ProviderErrorKind.PluginFault, $"The plugin failed with {thrown.GetType().Name}.");
        }
    }

    /// <summary>For streams: the next item. From the first content on only silence ends a stream, and the length of the longest one.</summary>
    /// <param name="next">Runs the plugin's code; what comes out of it is told as by <see cref="GuardAsync"/>.</param>
    /// <param name="reliability">The limits.</param>
    public async ValueTask<bool> NextAsync(Func<CancellationToken, ValueTask<bool>> next, ReliabilitySettings reliability)
    {
        try
        {
            var left = reliability.MaxStream - _services.Time.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero)
            {
                throw new ProviderException(ProviderErrorKind.Timeout, "The stream is longer than 'reliability: max_stream' allows.");
            }

            var moving = next(Token);
            if (moving.IsCompleted)
            {
                return await moving.ConfigureAwait(false); // what is already there needs no clock
            }

            _limits.CancelAfter(left < reliability.Idle ? left : reliability.Idle);
            var hasMoved = await WithinTimeAsync(moving.AsTask()).ConfigureAwait(false);
            HoldTime();
            return hasMoved;
        }
#pragma warning disable CA1031 // boundary: nothing that a plugin throws may reach the pipeline as it is
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            throw Translate(thrown);
        }
    }

    /// <summary>For streams: an item is in hand. How long the reader takes with it is not the upstream's silence.</summary>
    public void HoldTime() => _limits.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>The answer, or a stream's first content, is in hand.</summary>
    public void MarkAnswered()
    {
        _call.Timings.Provider = _services.Time.GetElapsedTime(_started);
        _services.Metrics.FirstToken(_call, Attempt, _call.Timings.Provider);
    }

    /// <summary>Ends the attempt well.</summary>
    /// <param name="usage">What the upstream said; null where it said nothing.</param>
    /// <param name="estimate">What Conductor counted, used where the upstream said nothing.</param>
    public void Succeed(TokenUsage? usage, Func<TokenUsage> estimate) => End(
        AttemptStatus.Succeeded, usage is null ? estimate() : UsageSanity.Check(usage, estimate), error: null, isProvidersFault: false);

    /// <summary>Ends the attempt badly.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="usage">What had been used until then; null = nothing.</param>
    public void Fail(Exception failure, TokenUsage? usage = null)
    {
        switch (failure)
        {
            case OperationCanceledException:
                End(AttemptStatus.Cancelled, usage ?? TokenUsage.None, "cancelled", isProvidersFault: false);
                break;
            case ProviderException known:
                Attempt.UpstreamStatus = known.StatusCode;
                Attempt.UpstreamRequestId ??= known.UpstreamRequestId;
                End(AttemptStatus.Failed, usage ?? TokenUsage.None, ConductorErrors.FromProvider(known, Hop.Provider.Name).Code, FallbackRules.MayMoveOn(known.Kind));
                break;
            default:
                End(AttemptStatus.Failed, usage ?? TokenUsage.None, (failure as ConductorException)?.Code ?? "internal_error", isProvidersFault: false);
                break;
        }
    }

    /// <summary>Ends an attempt that nobody ended: its stream was never read to the end.</summary>
    public ValueTask DisposeAsync()
    {
        End(AttemptStatus.Cancelled, TokenUsage.None, "cancelled", isProvidersFault: false);
        return ValueTask.CompletedTask;
    }

    // A request that is wrong everywhere says nothing about the provider, so that one caller cannot make it look bad to the others.
    private void End(AttemptStatus status, TokenUsage stated, string? error, bool isProvidersFault)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        var usage = UsageSanity.Check(stated);
        Attempt.Duration = _services.Time.GetElapsedTime(_started);
        Attempt.Status = status;
        Attempt.ErrorCode = error;
        Attempt.Usage = usage;
        try
        {
            Book(usage, status, error, isProvidersFault);
        }
        finally
        {
            // Whatever went wrong above: a lease that stays out keeps the plugin loaded for ever.
            if (_abandoned is { } running)
            {
                _ = LetGoAfterAsync(running);
            }
            else
            {
                LetGo();
            }
        }
    }

    private void LetGo()
    {
        Hop.Provider.Release();
        _leaving.Dispose();
        _limits.Dispose();
    }

    // A plugin that ignores its token must not hold the caller, nor the next target: after a moment it is left alone, under its lease.
    private async Task<T> WithinTimeAsync<T>(Task<T> running)
    {
        if (running.IsCompleted)
        {
            return await running.ConfigureAwait(false);
        }

        try
        {
            return await running.WaitAsync(Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The plugin's word where it has one by now, or within the grace: it may be an answer, and an answer may have to be disposed.
        }

        try
        {
            return await running.WaitAsync(Grace, _services.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (running.IsCompleted)
            {
                return await running.ConfigureAwait(false); // it came back at the last moment, or this is its own word
            }

            _abandoned = ComeBackAsync(running);
            InvokeLog.Abandoned(_services.Logger, Hop.Id, _call.Context.RequestId);
            throw new OperationCanceledException(Token);
        }
    }

    private static async Task ComeBackAsync<T>(Task<T> running)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCompletedSuccessfully && running.Result is IAsyncDisposable late)
        {
            await late.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task LetGoAfterAsync(Task running)
    {
        try
        {
            await running.ConfigureAwait(false);
            if (_leftOver is { } close)
            {
                await close().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // boundary: what a plugin throws long after anybody waits for it is told to the operator only
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            InvokeLog.PluginFault(_services.Logger, Hop.Id, thrown.GetType().FullName ?? "", thrown.Message);
        }
        finally
        {
            LetGo();
        }
    }

    private void Book(TokenUsage usage, AttemptStatus status, string? error, bool isProvidersFault)
    {
        Settle(usage, status);
        var statistics = Hop.Provider.Statistics;
        if (status == AttemptStatus.Succeeded)
        {
            statistics.Succeeded(_call.Timings.Provider > TimeSpan.Zero ? _call.Timings.Provider : Attempt.Duration);
        }
        else if (isProvidersFault)
        {
            statistics.Failed(error!, _services.Time.GetUtcNow());
        }

        _services.Ledger.Append(LedgerRows.Of(_call, Attempt));
        _services.Metrics.AttemptEnded(_call, Attempt);
    }

    private void Settle(TokenUsage usage, AttemptStatus status)
    {
        if (usage.TotalTokens == 0 && status != AttemptStatus.Succeeded)
        {
            Attempt.Cost = NanoUsd.Zero;
            Attempt.CostStatus = CostStatus.Released;
            return;
        }

        Attempt.Cost = Hop.Price?.CostOf(usage) ?? _services.EstimateByProvider(Hop, usage);
        Attempt.CostStatus = Attempt.Cost is null ? CostStatus.Unknown : usage.IsEstimated && Hop.Price is not { IsFree: true } ? CostStatus.Estimated : CostStatus.Settled;
    }
}
