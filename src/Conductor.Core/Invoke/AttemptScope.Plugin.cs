using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Invoke;

/// <content>Running the plugin's code: within its time, and with nothing of it getting out as it is.</content>
internal sealed partial class AttemptScope
{
    // What a plugin has to come back in once its token is cancelled. Most need microseconds; 504 is promised within the deadline and one second.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // The same for the attempt as a whole, which ends a moment after a question in it that was given up on.
    private static readonly TimeSpan GraceOfAll = TimeSpan.FromMilliseconds(800);

    // Attempts of one provider that may hold a thread of the pool at once: as many as can run, and as many again that were interrupted.
    private static readonly int MostStarting = 2 * Environment.ProcessorCount;

    private Task? _abandonedQuestion;
    private Task? _abandonedAttempt;
    private Func<ValueTask>? _leftOver;
    private string? _fault;

    private bool IsAbandoned => Volatile.Read(ref _abandonedQuestion) is not null || Volatile.Read(ref _abandonedAttempt) is not null;

    /// <summary>Runs the plugin's code and turns whatever comes out of it into a value, a <see cref="ProviderException"/> or the caller's own cancellation.</summary>
    public async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            _token.ThrowIfCancellationRequested();
            var done = await WithinTimeAsync(work(_token) ?? throw NoTask(), Grace, isWhole: false).ConfigureAwait(false)
                ?? throw new ProviderException(ProviderErrorKind.PluginFault, "The plugin returned null.");
            if (Volatile.Read(ref _abandonedAttempt) is null)
            {
                return done;
            }

            // The call went on without this answer: nothing of it is touched any more.
            if (done is IAsyncDisposable late)
            {
                await late.DisposeAsync().ConfigureAwait(false);
            }

            throw new OperationCanceledException(_token);
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
        if (!IsAbandoned)
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

        if (_stuck is { } stuck)
        {
            return ConductorErrors.OperationFault(stuck.Entry.Name, "it did not come back in time");
        }

        if (Hop.Provider.Cutting.IsCancellationRequested && thrown is OperationCanceledException or IOException or HttpRequestException)
        {
            return new ProviderException(ProviderErrorKind.Network, "The plugin was taken away, and its time to finish is over.");
        }

        if (_limits.IsCancellationRequested && thrown is OperationCanceledException or IOException or HttpRequestException)
        {
            return new ProviderException(ProviderErrorKind.Timeout, "No answer in time.");
        }

        switch (thrown is AggregateException { InnerExceptions: [var only] } ? only : thrown)
        {
            case ProviderException known:
                return known;
            case Operations.OperationRequestException mistake:
                return new InvalidRequestException(mistake.Message, mistake.Field, "invalid_value");
            case ConductorException own:
                return own;
            case OperationCanceledException { InnerException: TimeoutException }:
                // The HTTP client's own word for a connection that was not made in time.
                return new ProviderException(ProviderErrorKind.Timeout, "The upstream's connection was not made in time.") { IsUnsent = true };
            case OperationCanceledException:
                return new ProviderException(ProviderErrorKind.PluginFault, "The plugin cancelled, and nobody had asked it to.");
            case var foreign when ForeignFailure.Read(foreign) is { } failure:
                return failure;
            default:
                // Its name only: the exception itself holds the plugin's code in memory, and its text is the plugin's own.
                InvokeLog.PluginFault(_services.Logger, Hop.Id, thrown.GetType().FullName ?? "", thrown.Message);
                return new ProviderException(ProviderErrorKind.PluginFault, $"The plugin failed with {thrown.GetType().Name}.");
        }
    }

    /// <summary>For streams: the next item. From the first content on only silence ends a stream, and the length of the longest one.</summary>
    /// <param name="next">Runs the plugin's code; what comes out of it is told as by <see cref="GuardAsync"/>.</param>
    /// <param name="reliability">The limits.</param>
    /// <param name="isApart">Whether the plugin's code comes first in <paramref name="next"/>, and might never return from it.</param>
    public async ValueTask<bool> NextAsync(Func<CancellationToken, ValueTask<bool>> next, ReliabilitySettings reliability, bool isApart = false)
    {
        try
        {
            var left = reliability.MaxStream - _services.Time.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero)
            {
                throw new ProviderException(ProviderErrorKind.Timeout, "The stream is longer than 'reliability: max_stream' allows.");
            }

            var limit = left < reliability.Idle ? left : reliability.Idle;
            bool hasMoved;
            if (isApart)
            {
                _limits.CancelAfter(limit);
                hasMoved = await WithinTimeAsync(ApartAsync(() => next(_token).AsTask()), Grace, isWhole: false).ConfigureAwait(false);
            }
            else
            {
                var moving = next(_token);
                if (moving.IsCompleted)
                {
                    return await moving.ConfigureAwait(false); // what is already there needs no clock
                }

                _limits.CancelAfter(limit);
                hasMoved = await WithinTimeAsync(moving.AsTask(), Grace, isWhole: false).ConfigureAwait(false);
            }

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

    // Where a plugin's code begins, its caller's thread must not be: a plugin that blocks before it returns a task would keep the caller, its deadline and the
    // next target waiting. One hop to the pool for each attempt, or to a thread of its own once too many of this provider's attempts are stuck in the pool's.
    private async Task<T> ApartAsync<T>(Func<Task<T>> attempt)
    {
        var provider = Hop.Provider;
        if (provider.Starting < MostStarting)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return await Begin().ConfigureAwait(false);
        }

        return await Task.Factory.StartNew(Begin, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap().ConfigureAwait(false);

        Task<T> Begin()
        {
            Interlocked.Increment(ref provider.Starting);
            try
            {
                return attempt();
            }
            finally
            {
                Interlocked.Decrement(ref provider.Starting);
            }
        }
    }

    // A plugin that ignores its token must not hold the caller, nor the next target: after a moment it is left alone, under its lease.
    private async Task<T> WithinTimeAsync<T>(Task<T> running, TimeSpan grace, bool isWhole)
    {
        if (running.IsCompleted)
        {
            return await running.ConfigureAwait(false);
        }

        try
        {
            return await running.WaitAsync(_token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The plugin's word where it has one by now, or within the grace: it may be an answer, and an answer may have to be disposed.
        }

        try
        {
            return await running.WaitAsync(grace, _services.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (running.IsCompleted)
            {
                return await running.ConfigureAwait(false); // it came back at the last moment, or this is its own word
            }

            Volatile.Write(ref isWhole ? ref _abandonedAttempt : ref _abandonedQuestion, ComeBackAsync(running));
            BlameForSilence();
            InvokeLog.Abandoned(_services.Logger, Hop.Id, _call.Context.RequestId);
            throw new OperationCanceledException(_token);
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

    private static ProviderException NoTask() => new(ProviderErrorKind.PluginFault, "The plugin returned null instead of a task.");

    private async Task LetGoAfterAsync()
    {
        try
        {
            await (Volatile.Read(ref _abandonedAttempt) ?? Task.CompletedTask).ConfigureAwait(false);
            await (Volatile.Read(ref _abandonedQuestion) ?? Task.CompletedTask).ConfigureAwait(false);
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

    // Faults of the plugin's own count against it, its upstream's never; anything else that an attempt came to speaks for its code.
    private void Judge(AttemptStatus status)
    {
        if (_fault is { } fault)
        {
            _services.Metrics.PluginFault(Hop.Provider);
            if (Hop.Provider.Quarantine.Fault(fault) is { } time)
            {
                InvokeLog.Quarantined(_services.Logger, Hop.Provider.Name, Hop.Provider.PluginId, time, fault);
            }
        }
        else if (_isProbe && Hop.Provider.Quarantine.Probed(isGood: status != AttemptStatus.Cancelled))
        {
            InvokeLog.LetOut(_services.Logger, Hop.Provider.Name, Hop.Provider.PluginId);
        }
    }
}
