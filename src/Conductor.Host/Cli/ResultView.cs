using System.Text.Json;
using Conductor.Calls;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>Prints results for people: plain text, names in bold on a terminal.</summary>
internal static class ResultView
{
    public static void Write(JsonElement result)
    {
        foreach (var (name, value) in ResultText.Lines(result))
        {
            if (name.Length == 0)
            {
                Console.Out.WriteLine(value); // a table's line, not to be broken anew
            }
            else if (Terminal.IsInteractive)
            {
                AnsiConsole.MarkupLineInterpolated($"[bold]{name}[/]{(value.Length == 0 ? "" : " ")}{value}");
            }
            else
            {
                Console.Out.WriteLine(value.Length == 0 ? name : $"{name} {value}");
            }
        }
    }

    /// <summary>Prints one item of a batch: its place among the inputs, then its result, its notices, or why it has none.</summary>
    public static void Write(OperationBatchItem item)
    {
        if (item.Error is { } error)
        {
            Console.Out.WriteLine($"[{item.Index}] error: {ResultText.Clean(error.Message)}");
            return;
        }

        Console.Out.WriteLine($"[{item.Index}]");
        using var result = JsonDocument.Parse(item.Answer!.Result);
        Write(result.RootElement);
        foreach (var notice in item.Answer.Notices)
        {
            Console.Out.WriteLine($"note: {ResultText.Clean(notice)}");
        }
    }
}
