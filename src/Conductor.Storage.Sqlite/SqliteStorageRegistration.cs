using Conductor.Settings;
using Conductor.Storage.Slots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Conductor.Storage.Sqlite;

/// <summary>Registers SQLite as the storage.</summary>
public static class SqliteStorageRegistration
{
    /// <summary>The database's file inside the data folder.</summary>
    public const string FileName = "conductor.db";

    /// <summary>
    /// Keeps the ledger, the answers that callers go on from and the answers of idempotency keys in `conductor.db` below `storage.path`, and beside it the reservations of attempts that run. A host opens it at its start and does not start on a database that it cannot use; without a host it opens at first use.
    /// </summary>
    public static IServiceCollection AddSqliteStorage(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SqliteLedgerStore(PathOf(provider.GetRequiredService<ISettings>().Current), provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<ILedgerStore>(provider => provider.GetRequiredService<SqliteLedgerStore>()));
        services.AddSingleton(provider => new SlotReservationStore(
            Path.Combine(DataFolder(provider.GetRequiredService<ISettings>().Current), SlotReservationStore.FolderName),
            provider.GetRequiredService<ISettings>().Current.Storage.Slots,
            provider.GetRequiredService<ILogger<SlotReservationStore>>()));
        services.Replace(ServiceDescriptor.Singleton<IReservationStore>(provider => provider.GetRequiredService<SlotReservationStore>()));
        services.AddSingleton(provider => new SqliteResponseStore(PathOf(provider.GetRequiredService<ISettings>().Current), provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<IResponseStore>(provider => provider.GetRequiredService<SqliteResponseStore>()));
        services.AddSingleton(provider => new SqliteIdempotencyStore(PathOf(provider.GetRequiredService<ISettings>().Current), provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<IIdempotencyStore>(provider => provider.GetRequiredService<SqliteIdempotencyStore>()));
        services.AddHostedService<IdempotencySweep>();
        services.AddSingleton(provider => new SqliteAuditStore(PathOf(provider.GetRequiredService<ISettings>().Current), provider.GetRequiredService<TimeProvider>()));
        services.Replace(ServiceDescriptor.Singleton<IAuditStore>(provider => provider.GetRequiredService<SqliteAuditStore>()));
        services.AddSingleton<LedgerRetention>();
        services.AddHostedService<OpenAtStart>();
        return services;
    }

    private static string PathOf(ConductorSettings settings) => Path.Combine(DataFolder(settings), FileName);

    private static string DataFolder(ConductorSettings settings) => settings.Storage.Path.Length > 0
        ? settings.Storage.Path
        : throw new StorageException("No data folder is set. Set 'storage: { path: ... }' in conductor.yaml, or start with '--data DIR'.");

    private sealed class OpenAtStart(SqliteLedgerStore store, LedgerWriter writer, ISettings settings, LedgerRetention retention) : IHostedService
    {
        // Opening works without waiting; on the pool, so that a host that starts its services at once starts others meanwhile.
        public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => OpenAsync(cancellationToken), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => retention.StopAsync();

        // What the last process left is booked before the first call: budgets are counted from the ledger.
        private async Task OpenAsync(CancellationToken cancellationToken)
        {
            await store.OpenAsync(cancellationToken).ConfigureAwait(false);
            await writer.OpenAsync(isAlone: true, settings.Current.Storage.Durability, cancellationToken).ConfigureAwait(false);
            retention.Start();
        }
    }
}
