using System.Buffers;
using Conductor.Host.Redaction;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Logging;

/// <summary>Loggers that make a line of every entry, without secrets. Owns the writer.</summary>
internal sealed class LineLoggerProvider(LineFormatter formatter, LineWriter writer, SecretRedactor redactor) : ILoggerProvider
{
    // A line is made in memory that its thread keeps; a stack's text may make it large once.
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_line;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_clean; // used seldom, and empty until then

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose() => writer.Dispose();

    private void Write<TState>(in LogEntry<TState> entry)
    {
        var line = t_line ?? new ArrayBufferWriter<byte>(1024);
        t_line = null; // an argument that logs while it is formatted gets a buffer of its own
        formatter.Write(line, entry);
        writer.Append(Clean(line.WrittenSpan), isUrgent: entry.LogLevel >= LogLevel.Warning);
        if (line.Capacity <= LargestKept)
        {
            line.ResetWrittenCount();
            t_line = line;
        }
    }

    private ReadOnlySpan<byte> Clean(ReadOnlySpan<byte> line)
    {
        var clean = t_clean ??= new ArrayBufferWriter<byte>();
        clean.ResetWrittenCount();
        return redactor.TryClean(line, clean) ? clean.WrittenSpan : line;
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ArgumentNullException.ThrowIfNull(formatter);
            if (IsEnabled(logLevel))
            {
                provider.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter));
            }
        }
    }
}
