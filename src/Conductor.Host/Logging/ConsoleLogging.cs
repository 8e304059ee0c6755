using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Conductor.Host.Logging;

/// <summary>How log lines look.</summary>
internal static class ConsoleLogging
{
    /// <summary>Log lines on the console: text for people, JSON for everything else.</summary>
    /// <param name="logging">The logging to add to.</param>
    /// <param name="isTerminal">Whether a person reads it.</param>
    /// <param name="toStandardError">True for verbs whose result goes to standard output.</param>
    public static ILoggingBuilder AddConductorConsole(this ILoggingBuilder logging, bool isTerminal, bool toStandardError)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLineFormatter, ConsoleFormatterOptions>();
        logging.AddConsole(console =>
        {
            console.FormatterName = isTerminal ? TextLineFormatter.FormatterName : JsonLineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = toStandardError ? LogLevel.Trace : LogLevel.None;

            // A full pipe must not stop the gateway: lines are dropped, and the console says so, rather than every call waiting for a slow reader.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = 10_000;
        });
        return logging;
    }
}
