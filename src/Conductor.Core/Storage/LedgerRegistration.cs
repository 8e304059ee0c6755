using Conductor.Audit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Storage;

/// <summary>Registers the ledger.</summary>
public static class LedgerRegistration
{
    /// <summary>Adds the background writer, and the ledger, the kept answers, the idempotency keys and the audit log in memory for where no storage backend is added, before or after.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ILedgerStore>(_ => new InMemoryLedgerStore());
        services.TryAddSingleton<IReservationStore>(_ => new InMemoryReservationStore());
        services.TryAddSingleton<IResponseStore>(provider => new InMemoryResponseStore(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IIdempotencyStore>(provider => new InMemoryIdempotencyStore(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IAuditStore>(_ => new InMemoryAuditStore());
        services.TryAddSingleton<IUsageReader, LedgerUsage>();
        services.TryAddSingleton<LedgerWriterOptions>();
        services.TryAddSingleton<LedgerWriter>();
        services.TryAddSingleton<IAuditLog, AuditLog>();
        return services;
    }
}
