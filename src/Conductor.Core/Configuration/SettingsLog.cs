using Microsoft.Extensions.Logging;

namespace Conductor.Configuration;

/// <summary>Log lines of the configuration.</summary>
internal static partial class SettingsLog
{
    [LoggerMessage(EventIds.SettingsReloaded, LogLevel.Information, "Configuration loaded again: {Providers} providers, {Aliases} aliases, {Keys} keys")]
    public static partial void Reloaded(ILogger logger, int providers, int aliases, int keys);

    [LoggerMessage(EventIds.SettingsRefused, LogLevel.Error, "The configuration has {Count} mistakes and was not taken; the last good one stays in force")]
    public static partial void Refused(ILogger logger, int count);

    [LoggerMessage(EventIds.SettingsProblem, LogLevel.Error, "{Problem}")]
    public static partial void Problem(ILogger logger, SettingsProblem problem);

    [LoggerMessage(EventIds.SettingsNote, LogLevel.Information, "Configuration: {Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(EventIds.SettingNeedsRestart, LogLevel.Warning, "'{Setting}' has changed; the change takes effect at the next start")]
    public static partial void NeedsRestart(ILogger logger, string setting);

    [LoggerMessage(EventIds.FolderNotWatched, LogLevel.Warning, "Folder '{Folder}' cannot be watched ({Reason}); its files are looked at every few seconds")]
    public static partial void CannotWatch(ILogger logger, string folder, string reason);

    [LoggerMessage(EventIds.SettingsListenerFailed, LogLevel.Error, "A listener to changed settings failed")]
    public static partial void ListenerFailed(ILogger logger, Exception failure);
}
