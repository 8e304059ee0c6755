using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>Standard output and error: dressed on a terminal, plain in a pipe.</summary>
internal static class Terminal
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions OneLineJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<IAnsiConsole> ErrorConsole = new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    /// <summary>True when a person reads standard output.</summary>
    public static bool IsInteractive => !Console.IsOutputRedirected;

    public static void Error(string message)
    {
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"error: {message}");
        }
        else
        {
            ErrorConsole.Value.MarkupLineInterpolated($"[red]error:[/] {message}");
        }
    }

    public static void Note(string message)
    {
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"note: {message}");
        }
        else
        {
            ErrorConsole.Value.MarkupLineInterpolated($"[yellow]note:[/] {message}");
        }
    }

    /// <summary>Prints one JSON document and a line end.</summary>
    public static void Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            write(json);
        }

        Json(buffer.WrittenSpan);
    }

    /// <summary>Prints one JSON document on one line.</summary>
    public static void JsonLine(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, OneLineJson))
        {
            write(json);
        }

        Json(buffer.WrittenSpan);
    }

    /// <summary>Prints a JSON document that is already there, as readable as the others.</summary>
    public static void JsonDocument(ReadOnlyMemory<byte> utf8)
    {
        using var document = System.Text.Json.JsonDocument.Parse(utf8);
        Json(json => document.RootElement.WriteTo(json));
    }

    /// <summary>A table on a terminal; tab-separated lines without a head in a pipe, for `cut` and `awk`.</summary>
    public static void Table(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!IsInteractive)
        {
            foreach (var row in rows)
            {
                Console.Out.WriteLine(string.Join('\t', row.Select(OneLine)));
            }

            return;
        }

        var table = new Table().Border(TableBorder.Rounded);
        foreach (var name in head)
        {
            table.AddColumn(new TableColumn(new Spectre.Console.Text(name, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Spectre.Console.Text(cell)));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Shows that work goes on, on a terminal, on standard error; says nothing in a pipe.</summary>
    public static async Task<T> BusyAsync<T>(string what, Func<Task<T>> work) =>
        Console.IsErrorRedirected || !IsInteractive ? await work() : await ErrorConsole.Value.Status().StartAsync(Markup.Escape(what), _ => work());

    private static void Json(ReadOnlySpan<byte> utf8)
    {
        using var output = Console.OpenStandardOutput();
        output.Write(utf8);
        output.Write("\n"u8);
        output.Flush();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');
}
