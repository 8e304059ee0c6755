using Conductor.Admission;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Storage;
using MediatR;

namespace Conductor.Pipeline;

/// <summary>Lets a call in: pins the catalogue that it sees, gives it a place and a deadline.</summary>
internal sealed class AdmissionBehavior<TRequest, TResponse>(ICatalog catalog, ConcurrencyGate gate, LedgerWriter ledger, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : ModelCall, IRequest<TResponse>
    where TResponse : ModelOutcome
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        var start = time.GetTimestamp();
        var snapshot = catalog.Pin();
        try
        {
            Admit(request, snapshot, start);
            return await next().ConfigureAwait(false);
        }
        finally
        {
            snapshot.Unpin(); // what a stream needs from here on, its attempt has leased
        }
    }

    private void Admit(TRequest request, CatalogSnapshot snapshot, long start)
    {
        request.Catalog = snapshot;
        if (ledger.IsFull)
        {
            throw ConductorErrors.StorageFull(); // a call that cannot be booked is not made
        }

        SizeLimits.Check(request, snapshot.Settings.Limits);
        var tenant = request.Context.TenantId;
        var ofTenant = snapshot.Settings.Tenants.GetValueOrDefault(tenant)?.Concurrency;
        if (!gate.TryEnter(tenant, snapshot.Settings.Limits.MaxConcurrentRequests, ofTenant, out var reached))
        {
            throw ConductorErrors.QueueFull(reached);
        }

        request.OnCompleted(() =>
        {
            gate.Leave(tenant, ofTenant is not null);
            return ValueTask.CompletedTask;
        });
        var deadline = snapshot.Settings.Reliability.Deadline;
        request.TimeLimit = request.Options.Timeout is { } asked && asked < deadline && asked != Timeout.InfiniteTimeSpan ? asked : deadline;
        request.Timings.Queue = time.GetElapsedTime(start);
    }
}
