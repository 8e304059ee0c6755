using Conductor.Errors;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Invoke;

/// <content>Running the plugin's code: within its time, and with nothing of it getting out as it is.</content>
internal sealed partial class AttemptScope
{
    // What a plugin has to come back in once its token is cancelled. Most need microseconds; 504 is promised within the deadline and one second.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private Task? _abandoned;
    private Func<ValueTask>? _leftOver;

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
}
