using Conductor.Calls;
using Conductor.Limits;
using Conductor.Money;
using Conductor.Routing;
using Conductor.Signatures;
using Conductor.Storage;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Invoke;

/// <summary>What every attempt needs of the house.</summary>
internal sealed class AttemptServices(
    TimeProvider time, LedgerWriter ledger, ConductorMetrics metrics, LimitGate limits, SignatureMemory signatures, IEnumerable<ISpendObserver> observers, ILogger<AttemptServices> logger)
{
    private readonly ISpendObserver[] _observers = [.. observers];
    private Func<RouteHop, TokenUsage, NanoUsd?>? _ownPrice;

    public TimeProvider Time { get; } = time;

    public LedgerWriter Ledger { get; } = ledger;

    public ConductorMetrics Metrics { get; } = metrics;

    public LimitGate Limits { get; } = limits;

    public SignatureMemory Signatures { get; } = signatures;

    public ILogger Logger { get; } = logger;

    /// <summary><see cref="EstimateByProvider"/>, made once.</summary>
    public Func<RouteHop, TokenUsage, NanoUsd?> OwnPrice => _ownPrice ??= EstimateByProvider;

    /// <summary>Tells whoever counts spending of a row that was handed to the ledger.</summary>
    public void TellObservers(LedgerRow row)
    {
        foreach (var observer in _observers)
        {
            try
            {
                observer.Settled(row);
            }
#pragma warning disable CA1031 // boundary: one that counts wrongly must not keep the others, or the attempt's end, from their work
            catch (Exception failure)
#pragma warning restore CA1031
            {
                InvokeLog.ObserverFailed(Logger, row.RequestId, failure);
            }
        }
    }

    /// <summary>A call's answer is a stream now, until the call ends.</summary>
    public void CountStream(ModelCall call)
    {
        Metrics.StreamStarted();
        call.OnCompleted(() =>
        {
            Metrics.StreamEnded();
            return ValueTask.CompletedTask;
        });
    }

    /// <summary>The same, for whoever holds no lease; null also where the provider was taken away a moment ago.</summary>
    public NanoUsd? EstimateUnderLease(RouteHop hop, TokenUsage usage)
    {
        if (!hop.Provider.TryAcquire())
        {
            return null;
        }

        try
        {
            return EstimateByProvider(hop, usage);
        }
        finally
        {
            hop.Provider.Release();
        }
    }

    /// <summary>The provider's own word on a cost, for models that the catalogue does not price; under the attempt's lease.</summary>
    public NanoUsd? EstimateByProvider(RouteHop hop, TokenUsage usage)
    {
        try
        {
            return hop.Provider.Provider.EstimateCost(hop.Model.Id, usage);
        }
#pragma warning disable CA1031 // boundary: a plugin's failure to estimate is an unknown price
        catch (Exception failure)
#pragma warning restore CA1031
        {
            InvokeLog.PluginFault(Logger, hop.Id, failure.GetType().FullName ?? "", failure.Message);
            return null;
        }
    }
}
