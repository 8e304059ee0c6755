using Conductor.Money;
using Conductor.Settings;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;

namespace Conductor.Budgets;

/// <summary>Tells the log, the metrics and whoever else wants to know of budgets that are nearly spent.</summary>
internal sealed partial class BudgetAlerts(IEnumerable<IBudgetAlertSink> sinks, ConductorMetrics metrics, ILogger<BudgetAlerts> logger)
{
    private readonly IBudgetAlertSink[] _sinks = [.. sinks];

    public void Tell(BudgetAlert alert)
    {
        Reached(logger, alert.Percent, alert.Scope.ToString(), alert.Spent, alert.Budget.Limit, alert.Budget.Per, alert.ResetsAt);
        metrics.BudgetAlert(alert);
        foreach (var sink in _sinks)
        {
            try
            {
                sink.Tell(alert);
            }
#pragma warning disable CA1031 // boundary: one that cannot be told must not keep the answer, nor the others from hearing
            catch (Exception failure)
#pragma warning restore CA1031
            {
                NotTold(logger, sink.GetType().Name, failure);
            }
        }
    }

    [LoggerMessage(EventIds.BudgetReached, LogLevel.Warning, "{Percent} % of the budget of {Scope} is spent: {Spent} of {Limit} USD per {Period}. It begins anew at {ResetsAt:u}")]
    private static partial void Reached(ILogger logger, decimal percent, string scope, NanoUsd spent, NanoUsd limit, BudgetPeriod period, DateTimeOffset resetsAt);

    [LoggerMessage(EventIds.BudgetAlertFailed, LogLevel.Warning, "{Sink} could not be told of a budget's alert")]
    private static partial void NotTold(ILogger logger, string sink, Exception failure);
}
