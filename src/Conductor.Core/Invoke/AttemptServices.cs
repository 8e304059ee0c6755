using Conductor.Calls;
using Conductor.Money;
using Conductor.Routing;
using Conductor.Signatures;
using Conductor.Storage;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Invoke;

/// <summary>What every attempt needs of the house.</summary>
internal sealed class AttemptServices(TimeProvider time, LedgerWriter ledger, ConductorMetrics metrics, SignatureMemory signatures, ILogger<AttemptServices> logger)
{
    public TimeProvider Time { get; } = time;

    public LedgerWriter Ledger { get; } = ledger;

    public ConductorMetrics Metrics { get; } = metrics;

    public SignatureMemory Signatures { get; } = signatures;

    public ILogger Logger { get; } = logger;

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
