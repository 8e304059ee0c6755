using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Conductor.Costing;

/// <summary>Tells of targets that are called although their price is unknown, each once for every version of the prices. Thread-safe.</summary>
internal sealed partial class UnpricedTargets(ILogger<UnpricedTargets> logger)
{
    // Callers choose names where a provider takes any; beyond this the log has long said what it can.
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(string Target, string Version), bool> _told = new();

    /// <summary>A call goes to a target of unknown price.</summary>
    public void Tell(string target, string version)
    {
        if (_told.Count < Most && _told.TryAdd((target, version), true))
        {
            Log.BookedAtCeiling(logger, target);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.BookedAtCeiling, LogLevel.Warning, "The price of {Target} is unknown: its calls are booked at 'prices.ceiling'. Add it to 'catalog' in models.yaml")]
        public static partial void BookedAtCeiling(ILogger logger, string target);
    }
}
