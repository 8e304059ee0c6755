using System.Runtime.CompilerServices;
using Conductor.Audit;

namespace Conductor.Storage;

/// <summary>The audit log of a process that has no storage. It is gone with the process, and its oldest rows before that.</summary>
public sealed class InMemoryAuditStore : IAuditStore
{
    /// <summary>Rows that are kept; of more the oldest go.</summary>
    public const int MostRows = 100_000;

    private readonly Lock _gate = new();
    private readonly Queue<AuditRow> _rows = [];
    private AuditHead _head = AuditHead.Start;

    /// <inheritdoc/>
    public Task<AuditHead> AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                var row = AuditChain.Next(_head, entry);
                _rows.Enqueue(row);
                _head = new AuditHead(row.Number, row.Hash);
                if (_rows.Count > MostRows)
                {
                    _rows.Dequeue();
                }
            }

            return Task.FromResult(_head);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRow>> ListAsync(AuditFilter filter, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<AuditRow>>([.. _rows.Reverse().Where(filter.Matches).Take(most)]);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditRow> AllAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<AuditRow> rows;
        lock (_gate)
        {
            rows = [.. _rows.Where(row => row.Number > after)];
        }

        foreach (var row in rows)
        {
            yield return row;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<AuditHead> HeadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_head);
        }
    }
}
