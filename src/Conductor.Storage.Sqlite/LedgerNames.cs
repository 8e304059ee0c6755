using Conductor.Calls;

namespace Conductor.Storage.Sqlite;

/// <summary>How the table spells what an attempt came to. Written into files: a name is never changed.</summary>
internal static class LedgerNames
{
    public static string Of(AttemptStatus status) => status switch
    {
        AttemptStatus.Running => "running",
        AttemptStatus.Succeeded => "succeeded",
        AttemptStatus.Failed => "failed",
        AttemptStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Unknown status of an attempt."),
    };

    public static string Of(CostStatus status) => status switch
    {
        CostStatus.Unknown => "unknown",
        CostStatus.Settled => "settled",
        CostStatus.Estimated => "estimated",
        CostStatus.Released => "released",
        CostStatus.Interrupted => "interrupted",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Unknown status of a cost."),
    };
}
