using Microsoft.Extensions.Logging;

namespace Conductor.Configuration;

/// <summary>Log lines of the configuration; ids 1100 to 1119.</summary>
internal static partial class SettingsLog
{
    [LoggerMessage(1100, LogLevel.Information, "Configuration loaded again: {Providers} providers, {Aliases} aliases, {Keys} keys")]
    public static partial void Reloaded(ILogger logger, int providers, int aliases, int keys);

    [LoggerMessage(1101, LogLevel.Error, "The configuration has {Count} mistakes and was not taken; the last good one stays in force")]
    public static partial void Refused(ILogger logger, int count);

    [LoggerMessage(1102, LogLevel.Error, "{Problem}")]
    public static partial void Problem(ILogger logger, SettingsProblem problem);

    [LoggerMessage(1103, LogLevel.Information, "Configuration: {Note}")]
    public static partial void Note(ILogger logger, string note);

    [LoggerMessage(1104, LogLevel.Warning, "'{Setting}' has changed; the change takes effect at the next start")]
    public static partial void NeedsRestart(ILogger logger, string setting);

    [LoggerMessage(1105, LogLevel.Warning, "Folder '{Folder}' cannot be watched ({Reason}); its files are looked at every few seconds")]
    public static partial void CannotWatch(ILogger logger, string folder, string reason);

    [LoggerMessage(1106, LogLevel.Error, "A listener to changed settings failed")]
    public static partial void ListenerFailed(ILogger logger, Exception failure);
}
