using System.Globalization;
using System.Text.Json;

namespace Conductor.Host.Cli;

/// <summary>A list of objects as a table of plain text: the members' names above, columns aligned, numbers to the right.</summary>
internal static class ResultTable
{
    private const int WidestCell = 60;
    private const string Gap = "  ";

    /// <summary>The table's lines, its head first.</summary>
    public static IEnumerable<string> Lines(JsonElement rows)
    {
        List<string> names = [.. rows.EnumerateArray().SelectMany(row => row.EnumerateObject().Select(member => member.Name)).Distinct(StringComparer.Ordinal)];
        List<string[]> lines = [[.. names.Select(Cell)], .. rows.EnumerateArray().Select(row => names.Select(name => row.TryGetProperty(name, out var value) ? Cell(ResultText.Of(value)) : "").ToArray())];
        var widths = names.Select((_, column) => lines.Max(line => Width(line[column]))).ToArray();
        var isNumeric = names.Select(name => rows.EnumerateArray().All(row => !row.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Number or JsonValueKind.Null)).ToArray();
        return lines.Select(line => string.Join(Gap, line.Select((cell, column) => Pad(cell, widths[column], isNumeric[column]))).TrimEnd());
    }

    private static string Cell(string text)
    {
        var line = ResultText.Clean(text).ReplaceLineEndings(" ").Replace('\t', ' ');
        var shown = new StringInfo(line);
        return shown.LengthInTextElements > WidestCell ? shown.SubstringByTextElements(0, WidestCell - 1) + "…" : line;
    }

    private static int Width(string cell) => new StringInfo(cell).LengthInTextElements;

    private static string Pad(string cell, int width, bool isRight)
    {
        var blanks = new string(' ', width - Width(cell));
        return isRight ? blanks + cell : cell + blanks;
    }
}
