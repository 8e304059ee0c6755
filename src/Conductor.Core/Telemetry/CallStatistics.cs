using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Telemetry;

/// <summary>Running totals for the status page. Thread-safe; a read is consistent.</summary>
/// <param name="time">The clock.</param>
public sealed class CallStatistics(TimeProvider time)
{
    private readonly Lock _gate = new();
    private CallTotals _totals = new(time.GetUtcNow(), 0, 0, 0, 0, 0, 0, NanoUsd.Zero, 0);

    /// <summary>The totals at this moment.</summary>
    public CallTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return _totals;
            }
        }
    }

    /// <summary>Counts a call that has ended.</summary>
    public void Record(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var isUnknown = record.CostStatus == CostStatus.Unknown;
        lock (_gate)
        {
            var before = _totals;
            _totals = before with
            {
                Requests = before.Requests + 1,
                Failures = before.Failures + (record.Status == CallStatus.Error ? 1 : 0),
                Cancelled = before.Cancelled + (record.Status == CallStatus.Cancelled ? 1 : 0),
                CacheHits = before.CacheHits + (record.IsCacheHit ? 1 : 0),
                InputTokens = before.InputTokens + record.Usage.InputTokens,
                OutputTokens = before.OutputTokens + record.Usage.OutputTokens,
                Cost = before.Cost + (record.Cost ?? NanoUsd.Zero),
                UnknownCosts = before.UnknownCosts + (isUnknown ? 1 : 0),
            };
        }
    }
}
