using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Logging;

/// <summary>One line for people at a terminal: time, level, message; from warnings on also where it comes from. Errors bring their stack below.</summary>
/// <param name="time">The clock of the lines.</param>
internal sealed class TextLineFormatter(TimeProvider time) : LineFormatter
{
    public override void Write<TState>(IBufferWriter<byte> output, in LogEntry<TState> entry)
    {
        using var textWriter = new StringWriter(CultureInfo.InvariantCulture);
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        textWriter.Write(LevelName(entry.LogLevel));
        if (entry.LogLevel >= LogLevel.Warning)
        {
            textWriter.Write(entry.Category[(entry.Category.LastIndexOf('.') + 1)..]);
            textWriter.Write(": ");
        }

        var isMasked = LogPrivacy.IsMasked(entry.LogLevel, entry.Exception);
        WriteLine(textWriter, LogPrivacy.Mask(entry.Formatter(entry.State, entry.Exception), isMasked));
        if (entry.Exception is { } exception)
        {
            textWriter.Write(" (");
            WriteLine(textWriter, LogPrivacy.Mask(ExceptionText.Chain(exception), isMasked));
            textWriter.Write(')');
            if (entry.LogLevel >= LogLevel.Error && exception.StackTrace is { } stack)
            {
                textWriter.Write('\n');
                textWriter.Write(stack);
            }
        }

        textWriter.Write('\n');
        Encoding.UTF8.GetBytes(textWriter.ToString(), output);
    }

    // What comes from outside must not begin a line of its own or steer the terminal.
    private static void WriteLine(TextWriter writer, string text)
    {
        foreach (var c in text)
        {
            writer.Write(char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : c);
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
