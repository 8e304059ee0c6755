using System.Buffers;
using System.Text;
using Conductor.Host.Redaction;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Logging;

/// <summary>How log lines look.</summary>
internal static class ConsoleLogging
{
    // Nobody tells a line that is this late from one that is not; at a hundred calls a second it saves four system calls of five.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    /// <summary>Log lines on the console: text for people, JSON for everything else.</summary>
    /// <param name="logging">The logging to add to.</param>
    /// <param name="isTerminal">Whether a person reads it.</param>
    /// <param name="toStandardError">True for verbs whose result goes to standard output.</param>
    public static ILoggingBuilder AddConductorConsole(this ILoggingBuilder logging, bool isTerminal, bool toStandardError)
    {
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.Services.TryAddSingleton<SecretRedactor>(); // before there is a configuration it knows forms only
        logging.Services.AddSingleton<ILoggerProvider>(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            LineFormatter formatter = isTerminal ? new TextLineFormatter(time) : new JsonLineFormatter(time);
            var output = toStandardError ? Console.OpenStandardError() : Console.OpenStandardOutput();
            if (isTerminal)
            {
                output = Encoding.CreateTranscodingStream(output, Console.OutputEncoding, Encoding.UTF8); // a Windows console may read another one
            }

            return new LineLoggerProvider(formatter, new LineWriter(output, isTerminal ? TimeSpan.Zero : Linger, dropped => Dropped(formatter, dropped)), services.GetRequiredService<SecretRedactor>());
        });
        return logging;
    }

    private static byte[] Dropped(LineFormatter formatter, long count)
    {
        var line = new ArrayBufferWriter<byte>(256);
        KeyValuePair<string, object?>[] state = [new("lines", count)];
        formatter.Write(line, new LogEntry<KeyValuePair<string, object?>[]>(
            LogLevel.Warning, typeof(ConsoleLogging).FullName!, new EventId(0), state, exception: null, (_, _) => $"{count} log lines were dropped, because nobody read them in time"));
        return line.WrittenSpan.ToArray();
    }
}
