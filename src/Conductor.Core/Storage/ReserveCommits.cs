using System.Threading.Channels;

namespace Conductor.Storage;

/// <summary>Commits reservations in groups: those that come while one group is being written are the next.</summary>
internal sealed class ReserveCommits : IAsyncDisposable
{
    private const int MostOfOneCommit = 512;

    private readonly ILedgerReserves _store;
    private readonly Channel<(LedgerRow Row, TaskCompletionSource<bool> Committed)> _queue =
        Channel.CreateUnbounded<(LedgerRow, TaskCompletionSource<bool>)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Task _loop;

    public ReserveCommits(ILedgerReserves store)
    {
        _store = store;
        _loop = RunAsync();
    }

    /// <summary>Completes once the reservation is in the store, or could not be written.</summary>
    public Task<bool> TryCommitAsync(LedgerRow row)
    {
        var committed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite((row, committed)) ? committed.Task : Task.FromResult(false);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var rows = new List<LedgerRow>();
        var waiting = new List<TaskCompletionSource<bool>>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (rows.Count < MostOfOneCommit && _queue.Reader.TryRead(out var next))
            {
                rows.Add(next.Row);
                waiting.Add(next.Committed);
            }

            var isCommitted = await CommitAsync(rows).ConfigureAwait(false);
            waiting.ForEach(one => one.TrySetResult(isCommitted));
            rows.Clear();
            waiting.Clear();
        }
    }

    private async Task<bool> CommitAsync(List<LedgerRow> rows)
    {
        try
        {
            await _store.ReserveAsync(rows, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // boundary: whatever a store throws, the calls are refused and not made
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
