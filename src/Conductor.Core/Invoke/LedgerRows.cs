using Conductor.Calls;
using Conductor.Storage;

namespace Conductor.Invoke;

internal static class LedgerRows
{
    // An upstream may send what it likes for an id.
    private const int LongestUpstreamId = 120;

    /// <summary>What is booked of an attempt that is about to be made, should nobody be left to see its end.</summary>
    public static LedgerRow Reserved(ModelCall call, Attempt attempt) => Of(call, attempt) with
    {
        Usage = attempt.Reservation.ToUsage(),
        Cost = attempt.Reservation.Cost,
        CostStatus = CostStatus.Interrupted,
    };

    public static LedgerRow Of(ModelCall call, Attempt attempt) => new()
    {
        RequestId = call.Context.RequestId,
        CallId = call.Context.CallId,
        Attempt = attempt.Number,
        TenantId = call.Context.TenantId,
        KeyId = call.Context.KeyId,
        Operation = call.OperationName,
        Provider = attempt.Target.Provider.Name,
        Model = attempt.Target.Model.Id,
        UpstreamRequestId = attempt.UpstreamRequestId is { Length: > LongestUpstreamId } id ? id[..LongestUpstreamId] : attempt.UpstreamRequestId,
        StartedAt = attempt.StartedAt,
        Duration = attempt.Duration,
        Status = attempt.Status,
        ErrorCode = attempt.ErrorCode,
        Usage = attempt.Usage,
        Cost = attempt.Cost,
        CostStatus = attempt.CostStatus,
        Reserved = attempt.Reservation.Cost,
        PriceVersion = call.Catalog!.Prices.VersionOf(attempt.Target.Price),
    };
}
