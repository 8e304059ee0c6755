using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Conductor.Host.Logging;

/// <summary>One line for people at a terminal: time, level, message; from warnings on also where it comes from. Errors bring their stack below.</summary>
/// <param name="time">The clock of the lines.</param>
internal sealed class TextLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "conductor-text";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        textWriter.Write(LevelName(logEntry.LogLevel));
        if (logEntry.LogLevel >= LogLevel.Warning)
        {
            textWriter.Write(logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]);
            textWriter.Write(": ");
        }

        WriteLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(" (");
            WriteLine(textWriter, ExceptionText.Chain(exception));
            textWriter.Write(')');
            if (logEntry.LogLevel >= LogLevel.Error && exception.StackTrace is { } stack)
            {
                textWriter.Write('\n');
                textWriter.Write(stack);
            }
        }

        textWriter.Write('\n');
    }

    // What comes from outside must not begin a line of its own or steer the terminal.
    private static void WriteLine(TextWriter writer, string text)
    {
        foreach (var c in text)
        {
            writer.Write(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        }
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => " trace ",
        LogLevel.Debug => " debug ",
        LogLevel.Information => " ",
        LogLevel.Warning => " warning ",
        LogLevel.Error => " ERROR ",
        _ => " CRITICAL ",
    };
}
