using Conductor.Host.Dialects;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>Answers with a stream of events: an error before the first content is a status, one after it the last event.</summary>
internal static class StreamedAnswer
{
    /// <param name="http">The request.</param>
    /// <param name="dialect">How the stream looks, and an error in it.</param>
    /// <param name="sending">The call, under way; it is over when this returns.</param>
    /// <param name="commitAfter">When the headers go out although there is no content yet.</param>
    /// <param name="writeHeaders">Writes what is known at the first content; the first event has then been made, if making it did not have to wait.</param>
    /// <param name="eventsOf">Complete events, the end mark included; each is valid until the next.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where the unforeseen is told.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public static async Task WriteAsync<TOutcome>(
        HttpContext http,
        InboundDialect dialect,
        Task<TOutcome> sending,
        TimeSpan commitAfter,
        Action<TOutcome> writeHeaders,
        Func<TOutcome, IAsyncEnumerable<ReadOnlyMemory<byte>>> eventsOf,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        await using var stream = new StreamResponse(http, dialect, time, logger);
        try
        {
            if (!await IsDoneWithinAsync(sending, commitAfter, time))
            {
                // A slow model: the client's socket is not left silent, and fallback stays possible until there is content.
                await stream.StartAsync();
            }

            var outcome = await sending;
            await using var events = new EventSource(eventsOf(outcome), cancellationToken);
            events.Begin(); // what the first event lost on its way stands in the headers
            if (!stream.IsStarted)
            {
                writeHeaders(outcome);
                await stream.StartAsync();
            }

            await stream.RelayAsync(events);
        }
#pragma warning disable CA1031 // boundary: once headers are out, a failure can only be the stream's last event
        catch (Exception failure) when (stream.IsStarted && failure is not ClientGoneException && !http.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await stream.FailAsync(ErrorBoundary.Translate(failure, http, logger));
        }
        finally
        {
            // The client may leave before there is an answer: the call is disposed only once nobody works on it any more.
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether a task is done, well or not, within a time. What it came to is told by the task alone.</summary>
    internal static async Task<bool> IsDoneWithinAsync(Task task, TimeSpan limit, TimeProvider time)
    {
        if (task.IsCompleted)
        {
            return true;
        }

        try
        {
            await task.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return task.IsCompleted; // it may have been done a moment after its time
        }
    }
}
