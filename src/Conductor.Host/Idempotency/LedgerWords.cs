using System.Globalization;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Host.Idempotency;

/// <summary>What the ledger has booked for a request, as a sentence for the caller whose answer is lost.</summary>
internal sealed class LedgerWords(ILedgerStore ledger)
{
    /// <summary>The sentence; one that says so where the ledger cannot be read.</summary>
    public async Task<string> OfAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await RowsAsync(record, cancellationToken);
            if (rows.Count == 0)
            {
                return "The ledger has no attempt of it: no target was asked, or it was not yet booked.";
            }

            var cost = rows.Aggregate(NanoUsd.Zero, (sum, row) => sum + (row.Cost ?? NanoUsd.Zero));
            var isInterrupted = rows.Any(row => row.CostStatus == CostStatus.Interrupted);
            var unknown = rows.Any(row => row.Cost is null) ? " and an unknown amount more" : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The ledger has booked {rows.Count} attempt{(rows.Count == 1 ? "" : "s")} at ${cost}{unknown}{(isInterrupted ? ", at the most that it may have cost" : "")}.");
        }
        catch (StorageException)
        {
            return "What it cost cannot be read from the ledger now.";
        }
    }

    // A caller may choose the same id twice: only what began with or after the request is its own. A batch's items have an id each.
    private async Task<List<LedgerRow>> RowsAsync(IdempotencyRecord record, CancellationToken cancellationToken)
    {
        var rows = await OwnAsync(record.RequestId);
        for (var item = 0; rows.Count == 0 && item < OperationBatch.MaxItems; item++)
        {
            rows.AddRange(await OwnAsync(string.Create(CultureInfo.InvariantCulture, $"{record.RequestId}.{item}")));
            if (rows.Count > 0)
            {
                for (item++; item < OperationBatch.MaxItems; item++)
                {
                    rows.AddRange(await OwnAsync(string.Create(CultureInfo.InvariantCulture, $"{record.RequestId}.{item}")));
                }
            }
        }

        return rows;

        async Task<List<LedgerRow>> OwnAsync(string requestId) =>
            [.. (await ledger.FindAsync(record.TenantId, requestId, cancellationToken)).Where(row => row.StartedAt >= record.CreatedAt - TimeSpan.FromMilliseconds(1))];
    }
}
