using Microsoft.Extensions.Logging;

namespace Conductor.Plugins;

internal static partial class RuntimeLog
{
    [LoggerMessage(5001, LogLevel.Information, "Serving {Providers} with {Operations}")]
    public static partial void Serving(ILogger logger, string providers, string operations);

    [LoggerMessage(5002, LogLevel.Error, "Plugin {Plugin} cannot serve: {Reason}")]
    public static partial void PluginFailed(ILogger logger, string plugin, string reason);

    [LoggerMessage(5003, LogLevel.Warning, "Provider {Provider} did not list its models: {Reason}")]
    public static partial void NotListed(ILogger logger, string provider, string reason);

    [LoggerMessage(5004, LogLevel.Error, "The changed settings could not be applied; the old providers go on serving")]
    public static partial void SettingsNotApplied(ILogger logger, Exception failure);

    [LoggerMessage(5005, LogLevel.Warning, "Plugin {Plugin} was let go, and calls of it still run after {Limit}: they are ended")]
    public static partial void StillInUse(ILogger logger, string plugin, TimeSpan limit);

    [LoggerMessage(5007, LogLevel.Error, "The providers could not be asked how they are; they are asked again")]
    public static partial void NotRefreshed(ILogger logger, Exception failure);

    [LoggerMessage(5008, LogLevel.Warning, "Prompt functions: {Conflict}")]
    public static partial void FunctionConflict(ILogger logger, string conflict);

    [LoggerMessage(5006, LogLevel.Warning, "Provider {Provider} failed while it was disposed: {Reason}")]
    public static partial void DisposeFailed(ILogger logger, string provider, string reason);

    [LoggerMessage(5010, LogLevel.Error, "Operation {Operation} of plugin {Plugin} is quarantined for {Time}: {Fault}")]
    public static partial void OperationQuarantined(ILogger logger, string operation, string plugin, TimeSpan time, string fault);

    [LoggerMessage(5011, LogLevel.Information, "Operation {Operation} of plugin {Plugin} is out of quarantine: a probe came to an end")]
    public static partial void OperationLetOut(ILogger logger, string operation, string plugin);

    [LoggerMessage(5013, LogLevel.Error, "Prompt function {Function} of plugin {Plugin} is quarantined for {Time}: {Fault}")]
    public static partial void FunctionQuarantined(ILogger logger, string function, string plugin, TimeSpan time, string fault);

    [LoggerMessage(5014, LogLevel.Information, "Prompt function {Function} of plugin {Plugin} is out of quarantine: a probe came to an end")]
    public static partial void FunctionLetOut(ILogger logger, string function, string plugin);

    [LoggerMessage(5015, LogLevel.Warning, "Hook {Hook} of plugin {Plugin} failed: {Fault}")]
    public static partial void HookFault(ILogger logger, string hook, string plugin, string fault);

    [LoggerMessage(5016, LogLevel.Error, "Hook {Hook} of plugin {Plugin} is quarantined for {Time}: {Fault}")]
    public static partial void HookQuarantined(ILogger logger, string hook, string plugin, TimeSpan time, string fault);

    [LoggerMessage(5017, LogLevel.Information, "Hook {Hook} of plugin {Plugin} is out of quarantine: a probe came to an end")]
    public static partial void HookLetOut(ILogger logger, string hook, string plugin);

    [LoggerMessage(5012, LogLevel.Warning,
        "A plugin is replaced or taken away, and idle threads of this process end: on .NET 9 and 10 one of them can end the process with it. " +
        "Set System.Threading.ThreadPool.ThreadsToKeepAlive to -1 in its runtimeconfig.json (docs/plugins.md)")]
    public static partial void ThreadsEnd(ILogger logger);

    [LoggerMessage(5009, LogLevel.Error, "What changed in the plugin folders could not be taken over; the plugins stay as they are until it changes again")]
    public static partial void NotFollowed(ILogger logger, Exception failure);
}
