using Microsoft.Extensions.Logging;

namespace Conductor.PluginLoading;

internal static partial class Log
{
    [LoggerMessage(EventIds.Loaded, LogLevel.Information, "Loaded {Kind} plugin {Plugin} {Version} from {File}")]
    public static partial void Loaded(ILogger logger, PluginKind kind, string plugin, string version, string file);

    [LoggerMessage(EventIds.Rejected, LogLevel.Warning, "Rejected {File}: {Reason}")]
    public static partial void Rejected(ILogger logger, string file, string reason);

    [LoggerMessage(EventIds.Faulted, LogLevel.Error, "Plugin {Plugin} ({File}) failed: {Reason}")]
    public static partial void Faulted(ILogger logger, string plugin, string file, string reason);

    [LoggerMessage(EventIds.Unloaded, LogLevel.Information, "Unloaded plugin {Plugin}; its code left memory after {Collections} collections")]
    public static partial void Unloaded(ILogger logger, string plugin, int collections);

    [LoggerMessage(EventIds.StillAlive, LogLevel.Warning,
        "Unloaded plugin {Plugin}, but its code is still in memory after {Collections} collections: something holds on to it")]
    public static partial void StillAlive(ILogger logger, string plugin, int collections);

    [LoggerMessage(EventIds.FolderUnreadable, LogLevel.Warning, "Plugin folder {Folder} cannot be read, its plugins stay as they are: {Reason}")]
    public static partial void FolderUnreadable(ILogger logger, string folder, string reason);

    [LoggerMessage(EventIds.ShadowNotCleaned, LogLevel.Debug, "Shadow folder {Folder} of an earlier run was left: {Reason}")]
    public static partial void ShadowNotCleaned(ILogger logger, string folder, string reason);

    [LoggerMessage(EventIds.DependencyFileIgnored, LogLevel.Warning,
        "The .deps.json of plugin {Plugin} is not used, only the DLLs beside it: {Reason}")]
    public static partial void DependencyFileIgnored(ILogger logger, string plugin, string reason);

    [LoggerMessage(EventIds.CannotWatch, LogLevel.Information, "The system does not report changes in {Folder}, which is only looked at now and then: {Reason}")]
    public static partial void CannotWatch(ILogger logger, string folder, string reason);
}
