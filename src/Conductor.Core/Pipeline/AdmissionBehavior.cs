using Conductor.Admission;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Limits;
using Conductor.Storage;
using MediatR;

namespace Conductor.Pipeline;

/// <summary>Lets a call in: pins the catalogue that it sees, holds it to its limits, gives it a place and a deadline.</summary>
internal sealed class AdmissionBehavior<TRequest, TResponse>(ICatalog catalog, ConcurrencyGate gate, LimitGate limits, LedgerWriter ledger, TimeProvider time)
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
            await AdmitAsync(request, snapshot, cancellationToken).ConfigureAwait(false);
            request.Timings.Queue = time.GetElapsedTime(start);
            if (snapshot.HookPlan?.For(request) is not { } hooks)
            {
                return await next().ConfigureAwait(false);
            }

            request.Hooks = hooks;
            await hooks.BeforeAsync(cancellationToken).ConfigureAwait(false);
            return (TResponse)await hooks.AfterAsync(await next().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            snapshot.Unpin(); // what a stream needs from here on, its attempt has leased
        }
    }

    private async ValueTask AdmitAsync(TRequest request, CatalogSnapshot snapshot, CancellationToken cancellationToken)
    {
        request.Catalog = snapshot;
        if (ledger.IsFull)
        {
            throw ConductorErrors.StorageFull(); // a call that cannot be booked is not made
        }

        var settings = snapshot.Settings;
        SizeLimits.Check(request, settings.Limits);
        OutputLimits.Check(request);
        var deadline = settings.Reliability.Deadline;
        request.TimeLimit = request.Options.Timeout is { } asked && asked < deadline && asked != Timeout.InfiniteTimeSpan ? asked : deadline;
        var rules = limits.RulesOf(settings);
        var ofCaller = rules.IsEmpty ? CallerLimits.None : rules.For(request.Context.TenantId, request.Context.KeyId);
        await limits.EnterAsync(request, ofCaller, cancellationToken).ConfigureAwait(false);
        await TakePlaceAsync(request, ofCaller, settings.Limits, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask TakePlaceAsync(TRequest request, CallerLimits ofCaller, Settings.LimitsSettings settings, CancellationToken cancellationToken)
    {
        IDisposable place;
        try
        {
            place = await gate.EnterAsync(request.Context, ofCaller, settings, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            request.Limits?.GiveRequestBack(); // nobody was asked
            throw;
        }

        try
        {
            request.OnCompleted(() =>
            {
                place.Dispose();
                return ValueTask.CompletedTask;
            });
        }
        catch (ObjectDisposedException)
        {
            place.Dispose();
            throw;
        }
    }
}
