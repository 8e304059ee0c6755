using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Settings;
using Microsoft.Extensions.Logging;

namespace Conductor.Operations;

/// <summary>Makes the calls of a batch, a few at a time, and gives their outcomes in the order of the inputs.</summary>
/// <param name="batch">The batch.</param>
/// <param name="run">Makes one call.</param>
/// <param name="width">How many run at once.</param>
/// <param name="logger">Where the unforeseen is told.</param>
/// <param name="mostBytes">How long the results may be together; what is not yet asked for then is refused, unasked and unpaid.</param>
public sealed class OperationBatchRun(
    OperationBatch batch, Func<OperationCall, CancellationToken, Task<OperationOutcome>> run, int width, ILogger logger, long mostBytes = OperationBatchRun.MostBytes)
{
    // They are held in memory until the last one is there: 256 inputs of 256 texts each would be gigabytes of vectors.
    private const long MostBytes = 128L * 1024 * 1024;

    // Enough to keep a model busy; more would only queue there, and take places from other callers.
    private const int Widest = 8;

    private int _next = -1;
    private long _bytes;

    /// <summary>How many items of one batch run at once: at most eight, and never more than a fourth of the places there are, so that a batch leaves room for others.</summary>
    /// <param name="settings">The limits.</param>
    /// <param name="tenantId">The caller's tenant, which may have a limit of its own.</param>
    public static int WidthFor(ConductorSettings settings, string tenantId)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var places = settings.Limits.MaxConcurrentRequests;
        if (settings.Tenants.GetValueOrDefault(tenantId)?.Concurrency is { } ofTenant && ofTenant < places)
        {
            places = ofTenant;
        }

        return Math.Clamp(places / 4, 1, Widest);
    }

    /// <summary>Runs the batch. Enumerate once. Whoever stops reading, or cancels, ends the calls that are at work and makes no others.</summary>
    public async IAsyncEnumerable<OperationBatchItem> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var items = new TaskCompletionSource<OperationBatchItem>[batch.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new TaskCompletionSource<OperationBatchItem>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        var working = new Task[Math.Min(width, items.Length)];
        for (var i = 0; i < working.Length; i++)
        {
            working[i] = WorkAsync(items, together.Token);
        }

        try
        {
            for (var i = 0; i < items.Length; i++)
            {
                var item = await items[i].Task.WaitAsync(together.Token).ConfigureAwait(false);
                items[i] = null!; // whoever reads decides what is kept of it
                yield return item;
            }
        }
        finally
        {
            await together.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // no call is left behind, and no place or lease with it
        }
    }

    private async Task WorkAsync(TaskCompletionSource<OperationBatchItem>[] items, CancellationToken cancellationToken)
    {
        await Task.Yield(); // an embedded engine answers without ever waiting: each worker needs a thread of its own
        while (Interlocked.Increment(ref _next) is var index && index < items.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            items[index].SetResult(await RunAsync(index, cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task<OperationBatchItem> RunAsync(int index, CancellationToken cancellationToken)
    {
        OperationCall? call = null;
        try
        {
            CheckSize();
            call = await batch.ReadAsync(index).ConfigureAwait(false);
            var outcome = await run(call, cancellationToken).ConfigureAwait(false);
            var answer = OperationAnswer.From(call, outcome);
            Interlocked.Add(ref _bytes, answer.Result.Length);
            return Item(index, call, answer, null, answer.Cost);
        }
        catch (ConductorException told)
        {
            return Item(index, call, null, told, CostOf(call));
        }
#pragma warning disable CA1031 // boundary: an item that fails in an unforeseen way is that item's error, and the others go on
        catch (Exception unforeseen) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            BatchLog.ItemFailed(logger, unforeseen, batch.Context.RequestId, index);
            return Item(index, call, null, ConductorErrors.Internal($"{batch.Context.RequestId}.{index}"), CostOf(call));
        }
        finally
        {
            if (call is not null)
            {
                await call.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void CheckSize()
    {
        if (Interlocked.Read(ref _bytes) > mostBytes)
        {
            throw new InvalidRequestException(
                $"The results of the batch have more than {mostBytes} bytes already, so this input was not run. Send it again, with fewer at once.", OperationBatchReader.Inputs, "batch_too_large");
        }
    }

    private static OperationBatchItem Item(int index, OperationCall? call, OperationAnswer? answer, ConductorException? error, CallCost cost) =>
        new(index, answer, error, cost) { RequestLimit = call?.RequestLimit, TokenLimit = call?.TokenLimit };

    private static CallCost CostOf(OperationCall? call) => call is null ? new CallCost(NanoUsd.Zero, "settled") : CallCost.Of(call);
}

internal static partial class BatchLog
{
    [LoggerMessage(EventIds.BatchItemFailed, LogLevel.Error, "Item {Index} of batch {RequestId} failed in an unforeseen way")]
    public static partial void ItemFailed(ILogger logger, Exception failure, string requestId, int index);
}
