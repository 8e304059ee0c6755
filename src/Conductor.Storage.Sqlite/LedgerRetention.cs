using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.Storage.Sqlite;

/// <summary>Sums up what is older than `storage.ledger_retention`, a minute after the start and then every hour, while the process runs.</summary>
internal sealed partial class LedgerRetention(SqliteLedgerStore store, ISettings settings, TimeProvider time, ILogger<LedgerRetention> logger) : IAsyncDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Next = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = RunAsync(_stopping.Token);

    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (settings.Current.Storage.LedgerRetention is not { } kept)
        {
            return;
        }

        try
        {
            var summed = await store.SumUpAsync(time.GetUtcNow() - kept, cancellationToken).ConfigureAwait(false);
            if (summed > 0)
            {
                SummedUp(logger, summed, kept);
            }
        }
        catch (StorageException failure)
        {
            NotSummedUp(logger, failure.Message); // next hour again; the rows are all there
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var wait = First;
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = Next;
            if (!stopping.IsCancellationRequested)
            {
                await LookAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(4050, LogLevel.Information, "{Rows} ledger rows older than {Kept} became sums of their days")]
    private static partial void SummedUp(ILogger logger, long rows, TimeSpan kept);

    [LoggerMessage(4051, LogLevel.Warning, "Old ledger rows could not be summed up: {Problem}")]
    private static partial void NotSummedUp(ILogger logger, string problem);
}
