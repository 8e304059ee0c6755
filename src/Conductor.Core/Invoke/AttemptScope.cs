using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Fallback;
using Conductor.Money;
using Conductor.ProviderKeys;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Signatures;
using Conductor.Storage;
using Microsoft.Extensions.Logging;

namespace Conductor.Invoke;

/// <summary>
/// One attempt from its start to its ledger row: the provider's lease, the deadline, the row. Whatever happens, it ends exactly once:
/// by success, failure or cancellation, and at the latest when the call is disposed.
/// </summary>
internal sealed partial class AttemptScope : IAsyncDisposable
{
    private readonly ModelCall _call;
    private readonly AttemptServices _services;
    private readonly CancellationTokenSource _limits;
    private readonly CancellationToken _caller;
    private readonly CancellationToken _token;
    private readonly CancellationTokenRegistration _leaving;
    private readonly CancellationTokenRegistration _cut;
    private readonly bool _isProbe;
    private readonly long _started;
    private ReservationTicket _ticket;
    private KeyTurn? _turn; // the provider's key that it is made with
    private int _hasEnded;

    private AttemptScope(ModelCall call, RouteHop hop, AttemptServices services, TimeSpan limit, bool isProbe, CancellationToken caller)
    {
        _call = call;
        _isProbe = isProbe;
        _services = services;
        _caller = caller;
        _started = services.Time.GetTimestamp();
        Hop = hop;
        Attempt = new Attempt { Number = call.AttemptList.Count + 1, Target = hop, StartedAt = services.Time.GetUtcNow() };
        call.AttemptList.Add(Attempt);
        call.DroppedParameters.Clear(); // what another target left out or changed is not what this one does
        call.ChangedParameters.Clear();
        _limits = new CancellationTokenSource(limit, services.Time);
        _token = _limits.Token;
        _leaving = caller.UnsafeRegister(static limits => ((CancellationTokenSource)limits!).Cancel(), _limits);
        _cut = hop.Provider.Cutting.UnsafeRegister(static limits => ((CancellationTokenSource)limits!).Cancel(), _limits);
    }

    public ModelCall Call => _call;

    /// <summary>Where the answer's signatures are remembered; null for a call that had no other target to go to.</summary>
    public SignatureMemory? Signatures => SignatureMemory.Matters(_call) ? _services.Signatures : null;

    public RouteHop Hop { get; }

    public Attempt Attempt { get; }

    public ILogger Logger => _services.Logger;

    public TimeProvider Time => _services.Time;

    public IModelProvider Provider => Hop.Provider.Provider;

    /// <summary>Cancelled when the caller leaves or the time is up.</summary>
    public CancellationToken Token => _token;

    public bool HasEnded => Volatile.Read(ref _hasEnded) != 0;

    /// <summary>Starts an attempt at the call's hop; the call ends it when it is disposed, if nobody has before.</summary>
    /// <exception cref="ProviderException">The provider was just taken away, or no time is left.</exception>
    public static AttemptScope Begin(ModelCall call, AttemptServices services, CancellationToken caller)
    {
        var hop = call.Catalog!.Prices.InForce(call.Hop!, services.Time.GetUtcNow());
        var reliability = call.Catalog!.Settings.Reliability;
        var left = call.TimeLimit - services.Time.GetElapsedTime(call.StartedTimestamp);
        if (left <= TimeSpan.Zero)
        {
            throw new ProviderException(ProviderErrorKind.Timeout, "No time was left for this target.");
        }

        if (!hop.Provider.TryAcquire())
        {
            throw new ProviderException(ProviderErrorKind.PluginFault, "The provider was taken away a moment ago.");
        }

        if (!hop.Provider.Quarantine.TryEnter(out var isProbe))
        {
            hop.Provider.Release();
            throw new ProviderException(ProviderErrorKind.PluginFault, $"The provider is {hop.Provider.Quarantine.WhyNot() ?? "in quarantine"}.");
        }

        var scope = new AttemptScope(call, hop, services, left < reliability.FirstContent ? left : reliability.FirstContent, isProbe, caller);
        try
        {
            scope.Attempt.Reservation = Reservations.Of(call, hop, services.OwnPrice);
            call.OnCompleted(scope.DisposeAsync);
        }
        catch
        {
            scope.LetGo();
            throw;
        }

        return scope;
    }

    /// <summary>Makes the attempt. Whatever goes wrong in it is booked, and thrown on as what <see cref="Translate"/> makes of it.</summary>
    /// <param name="attempt">Everything between the lease and the answer, or a stream's first content.</param>
    /// <param name="used">What had been used when it went wrong; null = nothing.</param>
    /// <exception cref="ConductorException">The attempt could not be booked, so it was not made.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, Func<TokenUsage?>? used = null)
    {
        await TakeKeyAsync().ConfigureAwait(false);
        await ReserveAsync().ConfigureAwait(false);
        KeyTurn.Present = _turn is { Ring.HasChoice: true } ? _turn : null; // for the code that this method runs, and no longer
        try
        {
            return await WithinTimeAsync(ApartAsync(attempt), GraceOfAll, isWhole: true).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a plugin's code runs all over an attempt, and nothing of it may reach the pipeline as it is
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            var told = Translate(thrown);
            Fail(told, used?.Invoke());
            if (ReferenceEquals(told, thrown))
            {
                throw;
            }

            throw told;
        }
    }

    /// <summary>The answer, or a stream's first content, is in hand.</summary>
    public void MarkAnswered()
    {
        _call.Timings.Provider = _services.Time.GetElapsedTime(_started);
        _services.Metrics.FirstToken(_call, Attempt, _call.Timings.Provider);
    }

    /// <summary>Ends the attempt well.</summary>
    /// <param name="usage">What the upstream said; null where it said nothing.</param>
    /// <param name="estimate">What Conductor counted, used where the upstream said nothing.</param>
    public void Succeed(TokenUsage? usage, Func<TokenUsage> estimate) => End(
        AttemptStatus.Succeeded, usage is null ? estimate() : UsageSanity.Check(usage, estimate), error: null, isProvidersFault: false);

    /// <summary>Ends the attempt badly.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="usage">What had been used until then, as far as it is known; what a question that is still out may have used comes on top.</param>
    public void Fail(Exception failure, TokenUsage? usage = null)
    {
        usage = UsedUntil(failure, usage);
        switch (failure)
        {
            case OperationCanceledException:
                End(AttemptStatus.Cancelled, usage ?? TokenUsage.None, "cancelled", isProvidersFault: false);
                break;
            case ProviderException known:
                Attempt.ErrorCategory = ErrorCategories.Of(known.Kind);
                Attempt.UpstreamStatus = known.StatusCode;
                Attempt.UpstreamRequestId ??= known.UpstreamRequestId;
                _fault ??= known.Kind == ProviderErrorKind.PluginFault ? known.Message : null;
                End(AttemptStatus.Failed, usage ?? TokenUsage.None, ConductorErrors.FromProvider(known, Hop.Provider.Name).Code, FallbackRules.MayMoveOn(known.Kind));
                break;
            default:
                End(AttemptStatus.Failed, usage ?? TokenUsage.None, (failure as ConductorException)?.Code ?? "internal_error", isProvidersFault: false);
                break;
        }
    }

    /// <summary>Ends an attempt that nobody ended: its stream was never read to the end.</summary>
    public ValueTask DisposeAsync()
    {
        if (!HasEnded)
        {
            Fail(new OperationCanceledException());
        }

        return ValueTask.CompletedTask;
    }

    // Before the first byte goes out: whatever happens from here on, a kill of the process included, there is a row.
    private async ValueTask ReserveAsync()
    {
        ReservationTicket ticket = default;
        try
        {
            ticket = await _services.Ledger.ReserveAsync(LedgerRows.Reserved(_call, Attempt)).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // logged by the ledger; the caller is told the same as of places that are all taken
        }

        if (!ticket.IsNone && !HasEnded)
        {
            _ticket = ticket;
            return;
        }

        if (!ticket.IsNone)
        {
            // The call was over before there was a place, and is booked; what was reserved since goes the way of a row.
            _services.Ledger.Append(LedgerRows.Of(_call, Attempt) with { Cost = NanoUsd.Zero, CostStatus = CostStatus.Released }, ticket);
        }
        else
        {
            NotMade();
        }

        throw ConductorErrors.StorageFull();
    }

    // Nobody was asked: there is no attempt, and nothing to book.
    private void NotMade()
    {
        _turn?.Drop();
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _call.AttemptList.Remove(Attempt);
            Judge(AttemptStatus.Cancelled);
            LetGo();
        }
    }

    // A request that is wrong everywhere says nothing about the provider, so that one caller cannot make it look bad to the others.
    private void End(AttemptStatus status, TokenUsage stated, string? error, bool isProvidersFault)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        var usage = UsageSanity.Check(stated);
        Attempt.Duration = _services.Time.GetElapsedTime(_started);
        Attempt.Status = status;
        Attempt.ErrorCode = error;
        Attempt.Usage = usage;
        try
        {
            AttemptBooking.Book(_call, Attempt, _services, _ticket, isProvidersFault);
            _turn?.End(Attempt);
            Judge(status);
        }
        finally
        {
            // Whatever went wrong above: a lease that stays out keeps the plugin loaded for ever.
            if (IsAbandoned)
            {
                _ = LetGoAfterAsync();
            }
            else
            {
                LetGo();
            }
        }
    }

    private void LetGo()
    {
        Hop.Provider.Release();
        _leaving.Dispose();
        _cut.Dispose();
        _limits.Dispose();
    }
}
