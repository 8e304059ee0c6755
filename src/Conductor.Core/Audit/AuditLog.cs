using Conductor.Storage;
using Microsoft.Extensions.Logging;

namespace Conductor.Audit;

/// <summary>Writes the audit log behind those who record: one writer at a time, in order, again and again until a row is on the disk. Thread-safe; whoever builds it disposes it.</summary>
public sealed partial class AuditLog(IAuditStore store, TimeProvider time, ILogger<AuditLog> logger) : IAuditLog, IAsyncDisposable
{
    /// <summary>Most entries that wait; one more is counted, and not kept.</summary>
    public const int MostWaiting = 10_000;

    private const int MostAtOnce = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<AuditEntry> _waiting = [];
    private readonly CancellationTokenSource _closing = new();
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;
    private bool _isClosed;
    private long _lost;
    private volatile bool _isFailing;

    /// <inheritdoc/>
    public bool IsFailing => _isFailing;

    /// <inheritdoc/>
    public void Record(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var kept = entry with
        {
            Time = entry.Time == default ? time.GetUtcNow() : entry.Time,
            Before = AuditMask.Json(entry.Before),
            After = AuditMask.Json(entry.After),
        };
        lock (_gate)
        {
            if (_isClosed || _waiting.Count >= MostWaiting)
            {
                _lost++;
                return;
            }

            _waiting.Enqueue(kept);
            if (!_isWriting)
            {
                _isWriting = true;
                _writing = Task.Run(WriteAsync);
            }
        }
    }

    /// <inheritdoc/>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Task writing;
        lock (_gate)
        {
            writing = _writing;
        }

        await writing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            writing = _writing;
        }

        if (_isFailing)
        {
            await _closing.CancelAsync().ConfigureAwait(false); // one more try, and no more
        }

        try
        {
            await writing.WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await _closing.CancelAsync().ConfigureAwait(false);
        }

        lock (_gate)
        {
            if (_waiting.Count + _lost > 0)
            {
                NotWritten(logger, _waiting.Count + _lost);
            }
        }
    }

    private async Task WriteAsync()
    {
        while (Next() is { } batch)
        {
            try
            {
                await store.AppendAsync(batch.Entries, CancellationToken.None).ConfigureAwait(false);
                Done(batch);
            }
#pragma warning disable CA1031 // boundary: whatever the store ran into, the rows stay and are tried again
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (!_isFailing)
                {
                    Failing(logger, failure.Message);
                }

                _isFailing = true;
                if (_closing.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(Pause, time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Batch? Next()
    {
        lock (_gate)
        {
            List<AuditEntry> entries = [.. _waiting.Take(MostAtOnce)];
            var (count, lost) = (entries.Count, _lost);
            if (lost > 0)
            {
                entries.Add(new AuditEntry { Time = time.GetUtcNow(), Role = AuditRoles.System, Action = AuditActions.Lost, Object = "audit", After = $$"""{"count":{{lost}}}""" });
            }

            if (entries.Count > 0)
            {
                return new Batch(entries, count, lost);
            }

            _isWriting = false;
            return null;
        }
    }

    private void Done(Batch batch)
    {
        lock (_gate)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                _waiting.Dequeue();
            }

            _lost -= batch.Lost;
        }

        if (_isFailing)
        {
            _isFailing = false;
            Recovered(logger);
        }
    }

    private sealed record Batch(IReadOnlyList<AuditEntry> Entries, int Count, long Lost);

    [LoggerMessage(EventIds.AuditFailing, LogLevel.Error, "The audit log cannot be written: {Reason}. Changes over the API are refused until it can; rows that wait are tried again")]
    private static partial void Failing(ILogger logger, string reason);

    [LoggerMessage(EventIds.AuditRecovered, LogLevel.Information, "The audit log is written again")]
    private static partial void Recovered(ILogger logger);

    [LoggerMessage(EventIds.AuditNotWritten, LogLevel.Error, "{Count} rows of the audit log could not be written before the stop")]
    private static partial void NotWritten(ILogger logger, long count);
}
