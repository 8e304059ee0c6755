using Conductor.Host.Logging;

namespace Conductor.Host.Composition;

/// <summary>What is logged, and where to.</summary>
internal static class HostLogging
{
    private const string LevelVariable = "CONDUCTOR_LOG_LEVEL";

    /// <summary>The server: Conductor's lines from Information, the framework's from Warning, on standard output.</summary>
    public static void ForServer(ILoggingBuilder logging)
    {
        var isTerminal = !Console.IsOutputRedirected;
        logging.AddConductorConsole(isTerminal, toStandardError: false);
        if (Enum.TryParse<LogLevel>(Environment.GetEnvironmentVariable(LevelVariable), ignoreCase: true, out var level))
        {
            logging.SetMinimumLevel(level); // whoever asks for it gets the framework's lines, too
            return;
        }

        logging
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning);
        if (isTerminal)
        {
            // The banner says all this at the start, in fewer lines.
            logging.AddFilter("Conductor.PluginLoading", LogLevel.Error).AddFilter("Conductor.Plugins", LogLevel.Warning).AddFilter("Conductor.Host.Composition", LogLevel.Warning);
        }
    }

    /// <summary>A verb that prints a result: errors only, on standard error, as text; what matters of the rest the verb says itself.</summary>
    public static void ForVerb(ILoggingBuilder logging) => logging
        .AddConductorConsole(isTerminal: true, toStandardError: true)
        .SetMinimumLevel(LogLevel.Error);
}
