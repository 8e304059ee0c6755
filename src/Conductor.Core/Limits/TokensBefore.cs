using Conductor.Storage;

namespace Conductor.Limits;

/// <summary>What the day had used when this process began: the ledger's sums, read once. Thread-safe.</summary>
internal sealed class TokensBefore(ILedgerStore store, LedgerWriter writer, TimeProvider time) : IDisposable
{
    // A ledger that takes no rows is not waited for longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private volatile Dictionary<LimitScope, long>? _tokens;

    /// <summary>Whether it was read.</summary>
    public bool IsKnown => _tokens is not null;

    /// <summary>What a scope had used on a day before this process began; zero for every other day.</summary>
    public long Of(LimitScope scope, DateTime day) =>
        day == _began.UtcDateTime.Date && _tokens is { } tokens ? tokens.GetValueOrDefault(scope) : 0;

    /// <summary>Reads it, unless somebody has.</summary>
    /// <exception cref="StorageException">The ledger cannot be read now; the next call tries again.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _tokens ??= await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();

    // Rows of an earlier process, those among them that this one brought back from its reservations.
    private async Task<Dictionary<LimitScope, long>> ReadAsync(CancellationToken cancellationToken)
    {
        Dictionary<LimitScope, long> tokens = [];
        if (store is not (IUsageReader reader and IBalanceReader))
        {
            return tokens; // a ledger in memory was empty when this process began
        }

        writer.EnsureOpen();
        try
        {
            await writer.FlushAsync(cancellationToken).WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new StorageException("The ledger does not take rows, so what the day has used is not known.", late);
        }

        var filter = new UsageFilter { From = new DateTimeOffset(_began.UtcDateTime.Date, TimeSpan.Zero), Until = _began };
        foreach (var sum in await reader.SumAsync(filter, UsageDimension.Key, cancellationToken).ConfigureAwait(false))
        {
            var slash = sum.Name.IndexOf('/', StringComparison.Ordinal); // a tenant's name has none
            var (tenant, key, used) = (sum.Name[..slash], sum.Name[(slash + 1)..], sum.Usage.TotalTokens);
            Add(LimitScope.Global);
            Add(LimitScope.OfTenant(tenant));
            if (key.Length > 0)
            {
                Add(LimitScope.OfKey(tenant, key));
            }

            void Add(LimitScope scope) => tokens[scope] = tokens.GetValueOrDefault(scope) + used;
        }

        return tokens;
    }
}
