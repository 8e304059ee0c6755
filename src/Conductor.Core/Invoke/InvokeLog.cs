using Microsoft.Extensions.Logging;

namespace Conductor.Invoke;

internal static partial class InvokeLog
{
    [LoggerMessage(EventIds.PluginFault, LogLevel.Error, "The plugin behind {Target} failed with {Type}: {Message}")]
    public static partial void PluginFault(ILogger logger, string target, string type, string message);

    [LoggerMessage(EventIds.StreamFailed, LogLevel.Warning, "The stream from {Target} broke after its first content ({Code}) for {RequestId}")]
    public static partial void StreamFailed(ILogger logger, string target, string code, string requestId);

    [LoggerMessage(EventIds.ResultOffSchema, LogLevel.Error, "{Target} answered {Operation} with a result that does not fit its schema: {Violation}")]
    public static partial void ResultOffSchema(ILogger logger, string target, string operation, string violation);

    [LoggerMessage(EventIds.PluginAbandoned, LogLevel.Warning, "The plugin behind {Target} does not come back although its time is up; {RequestId} goes on without it, and its lease stays out until it does")]
    public static partial void Abandoned(ILogger logger, string target, string requestId);

    [LoggerMessage(EventIds.PluginQuarantined, LogLevel.Error, "Provider {Provider} of plugin {Plugin} is quarantined for {Time}: {Fault}")]
    public static partial void Quarantined(ILogger logger, string provider, string plugin, TimeSpan time, string fault);

    [LoggerMessage(EventIds.SpendObserverFailed, LogLevel.Error, "The spending of {RequestId} is in the ledger, and could not be counted elsewhere")]
    public static partial void ObserverFailed(ILogger logger, string requestId, Exception failure);

    [LoggerMessage(EventIds.PluginLetOut, LogLevel.Information, "Provider {Provider} of plugin {Plugin} is out of quarantine: a probe came to an end")]
    public static partial void LetOut(ILogger logger, string provider, string plugin);
}
