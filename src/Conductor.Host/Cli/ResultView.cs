using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>An operation's result for people: one line per value, lists as lists.</summary>
internal static class ResultView
{
    public static void Write(JsonElement result)
    {
        foreach (var (name, value) in Lines(result, ""))
        {
            if (Terminal.IsInteractive)
            {
                AnsiConsole.MarkupLineInterpolated($"[bold]{name}[/] {value}");
            }
            else
            {
                Console.Out.WriteLine(name.Length == 0 ? value : $"{name} {value}");
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> Lines(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().SelectMany(member => Lines(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}"));
            case JsonValueKind.Array when element.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)):
                return element.EnumerateArray().Select(item => ($"{path}:", $"- {Text(item)}"));
            case JsonValueKind.Array:
                return element.EnumerateArray().SelectMany((item, index) => Lines(item, $"{path}[{index}]"));
            default:
                return [(path.Length == 0 ? "" : $"{path}:", Text(element))];
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "(none)",
        JsonValueKind.Number when value.GetRawText().Contains('.', StringComparison.Ordinal) => value.GetDouble().ToString("0.####", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
