using System.Collections.Concurrent;
using Conductor.Catalog;
using Conductor.Providers;

namespace Conductor.Plugins;

/// <summary>
/// A question to a plugin, outside of any call: asked on a thread of its own, so that a plugin that blocks holds up nobody, and under a lease that is out until the
/// plugin has come back from it. One that has not come back is not asked the same again.
/// </summary>
internal sealed class PluginQuestion(TimeProvider time)
{
    // A provider that does not answer must not hold up the start; the refresh asks again.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    // What a plugin has to come back in once its token is cancelled.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(ProviderEntry Entry, Type Answer), bool> _open = new();

    /// <param name="entry">Whom to ask.</param>
    /// <param name="question">Runs the plugin's code; what it throws is thrown on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="PluginQuestionException">The plugin's own code did not come back, or returned null.</exception>
    /// <exception cref="ObjectDisposedException">The provider was taken away.</exception>
    public async Task<T> AskAsync<T>(ProviderEntry entry, Func<IModelProvider, CancellationToken, Task<T>> question, CancellationToken cancellationToken)
        where T : class
    {
        if (!_open.TryAdd((entry, typeof(T)), true))
        {
            throw new PluginQuestionException("has not come back since it was asked the last time");
        }

        if (!entry.TryAcquire())
        {
            _open.TryRemove((entry, typeof(T)), out _);
            throw new ObjectDisposedException(entry.Name);
        }

        var limit = new CancellationTokenSource(Limit, time);
        var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var token = linked.Token;
        var asking = RunAsync();
        try
        {
            return await WaitAsync(asking, token, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("no answer in time");
        }
        finally
        {
            _ = SilenceAsync(asking);
        }

        async Task<T> RunAsync()
        {
            try
            {
                // Its own thread: those of the pool are the callers', and a plugin may block this one for as long as it likes.
                var begun = await Task.Factory.StartNew(
                    () => new Begun<T>(question(entry.Provider, token)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
                return (begun.Answer is { } answer ? await answer.ConfigureAwait(false) : null) ?? throw new PluginQuestionException("returned null");
            }
            finally
            {
                entry.Release();
                _open.TryRemove((entry, typeof(T)), out _);
                linked.Dispose();
                limit.Dispose();
            }
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> asking, CancellationToken token, CancellationToken cancellationToken)
    {
        try
        {
            return await asking.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The plugin's own word, where it has one within the grace.
        }

        try
        {
            return await asking.WaitAsync(Grace, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!asking.IsCompleted)
        {
            throw new PluginQuestionException("did not come back although its time was up");
        }
    }

    // What comes of a question that was given up on is nobody's any more, and must not be kept by the runtime as an exception that nobody saw.
    private static async Task SilenceAsync(Task asking) => await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private sealed record Begun<T>(Task<T>? Answer);
}

/// <summary>The plugin's own code gave no answer. The message continues a sentence that begins with what was asked.</summary>
internal sealed class PluginQuestionException(string message) : Exception(message);
