using Conductor.Money;

namespace Conductor.Storage;

/// <summary>What was spent, by whom: what budgets start from after a restart.</summary>
public interface IBalanceReader
{
    /// <summary>The known costs of attempts that began in [<paramref name="from"/>, <paramref name="until"/>), summed by day of UTC, tenant, key and operation.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    Task<IReadOnlyList<SpentAmount>> SpentAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}

/// <summary>The spending of one day, tenant, key and operation.</summary>
/// <param name="Day">The day's beginning, UTC.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="KeyId">The key's name; null without a key.</param>
/// <param name="Operation">`chat`, `embeddings` or the operation's name.</param>
/// <param name="Cost">The sum.</param>
public sealed record SpentAmount(DateTimeOffset Day, string TenantId, string? KeyId, string Operation, NanoUsd Cost);
