using Conductor.Calls;
using Conductor.Storage;

namespace Conductor.Invoke;

internal static class LedgerRows
{
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
        UpstreamRequestId = attempt.UpstreamRequestId,
        StartedAt = attempt.StartedAt,
        Duration = attempt.Duration,
        Status = attempt.Status,
        ErrorCode = attempt.ErrorCode,
        Usage = attempt.Usage,
        Cost = attempt.Cost,
        CostStatus = attempt.CostStatus,
        Reserved = attempt.Reservation.Cost,
        PriceVersion = attempt.Target.Price is null ? null : call.Catalog!.Prices.Version,
    };
}
