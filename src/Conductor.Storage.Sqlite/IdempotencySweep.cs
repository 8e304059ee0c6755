using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Conductor.Storage.Sqlite;

/// <summary>Deletes expired answers also while no request comes: what callers wrote and were told is not kept beyond its time.</summary>
internal sealed partial class IdempotencySweep(IIdempotencyStore store, TimeProvider time, ILogger<IdempotencySweep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Every, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await store.SweepAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (StorageException failure)
            {
                NotSwept(logger, failure.Message); // in five minutes again
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(4052, LogLevel.Warning, "Expired answers of idempotency keys could not be deleted: {Problem}")]
    private static partial void NotSwept(ILogger logger, string problem);
}
