using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Money;

namespace Conductor.Storage;

/// <summary>One line of a provider's own account of what it was asked for.</summary>
/// <param name="RequestId">The provider's id of the request.</param>
/// <param name="InputTokens">Null where the line does not say.</param>
/// <param name="OutputTokens">Null where the line does not say.</param>
/// <param name="Cost">Null where the line does not say.</param>
public sealed record UsageExportLine(string RequestId, long? InputTokens, long? OutputTokens, NanoUsd? Cost);

/// <summary>Reads a provider's usage export: CSV with a line of names, or a JSON object a line (or one array of them). Members go by any of their usual names.</summary>
public static class UsageExport
{
    private static readonly string[] IdNames = ["upstream_request_id", "request_id", "generation_id", "response_id", "id"];
    private static readonly string[] InputNames = ["input_tokens", "prompt_tokens", "n_context_tokens_total", "tokens_prompt", "context_tokens"];
    private static readonly string[] OutputNames = ["output_tokens", "completion_tokens", "n_generated_tokens_total", "tokens_completion", "generated_tokens"];
    private static readonly string[] CostNames = ["cost_usd", "cost", "total_cost", "amount_usd", "usd"];

    /// <summary>The lines of a file, in order.</summary>
    /// <exception cref="FormatException">The file is neither, or a line of it cannot be read; the message names the line.</exception>
    public static IEnumerable<UsageExportLine> Read(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        while (reader.Peek() is >= 0 and var next && (char.IsWhiteSpace((char)next) || next == '\uFEFF'))
        {
            reader.Read();
        }

        return reader.Peek() switch
        {
            '{' => JsonLines(reader),
            '[' => JsonArray(reader),
            _ => Csv(reader),
        };
    }

    private static IEnumerable<UsageExportLine> JsonLines(TextReader reader)
    {
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                using var json = Parse(line, number);
                yield return Of(name => Text(json.RootElement, name), number);
            }
        }
    }

    private static IEnumerable<UsageExportLine> JsonArray(TextReader reader)
    {
        using var json = Parse(reader.ReadToEnd(), 1);
        var number = 0;
        foreach (var item in json.RootElement.EnumerateArray())
        {
            number++;
            yield return Of(name => Text(item, name), number);
        }
    }

    private static IEnumerable<UsageExportLine> Csv(TextReader reader)
    {
        var number = 0;
        Dictionary<string, int>? names = null;
        foreach (var cells in CsvRows(reader))
        {
            number++;
            if (names is null)
            {
                names = [];
                for (var column = 0; column < cells.Count; column++)
                {
                    names.TryAdd(cells[column].Trim().ToLowerInvariant().Replace(' ', '_'), column);
                }

                if (!IdNames.Any(names.ContainsKey))
                {
                    throw new FormatException($"The first line names no column for the request's id; it may be called {string.Join(", ", IdNames)}.");
                }
            }
            else if (cells.Count > 1 || cells[0].Length > 0)
            {
                yield return Of(name => names.TryGetValue(name, out var column) && column < cells.Count ? cells[column].Trim() : null, number);
            }
        }
    }

    private static UsageExportLine Of(Func<string, string?> text, int number)
    {
        var id = First(IdNames, text) ?? throw new FormatException($"Line {number} has no request id.");
        return new UsageExportLine(id, Number(InputNames), Number(OutputNames), Dollars());

        long? Number(string[] names) => First(names, text) switch
        {
            null => null,
            var known when long.TryParse(known, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
            var other => throw new FormatException($"Line {number}: '{other}' is no number of tokens."),
        };

        NanoUsd? Dollars() => First(CostNames, text) switch
        {
            null => null,
            var known when decimal.TryParse(known, NumberStyles.Float, CultureInfo.InvariantCulture, out var usd) && usd is >= 0 and < 1_000_000_000_000 => NanoUsd.FromUsd(usd),
            var other => throw new FormatException($"Line {number}: '{other}' is no amount in US dollars."),
        };
    }

    private static string? First(string[] names, Func<string, string?> text) => names.Select(text).FirstOrDefault(found => !string.IsNullOrEmpty(found));

    private static JsonDocument Parse(string text, int number)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"Line {number} is no JSON: {wrong.Message}", wrong);
        }
    }

    // Also one level down: usage often stands in an object of its own.
    private static string? Text(JsonElement line, string name)
    {
        if (line.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (line.TryGetProperty(name, out var value))
        {
            return value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null };
        }

        return line.TryGetProperty("usage", out var usage) && name is not "usage" ? Text(usage, name) : null;
    }

    // RFC 4180: quotes around cells, doubled inside them, line ends inside them too.
    private static IEnumerable<List<string>> CsvRows(TextReader reader)
    {
        var cell = new StringBuilder();
        List<string> row = [];
        var isQuoted = false;
        for (var next = reader.Read(); next >= 0; next = reader.Read())
        {
            var c = (char)next;
            if (isQuoted)
            {
                if (c == '"' && reader.Peek() == '"')
                {
                    cell.Append((char)reader.Read());
                }
                else if (c == '"')
                {
                    isQuoted = false;
                }
                else
                {
                    cell.Append(c);
                }
            }
            else if (c == '"' && cell.Length == 0)
            {
                isQuoted = true;
            }
            else if (c is ',' or ';')
            {
                row.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\n')
            {
                row.Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                yield return row;
                row = [];
            }
            else
            {
                cell.Append(c);
            }
        }

        if (cell.Length > 0 || row.Count > 0)
        {
            row.Add(cell.ToString());
            yield return row;
        }
    }
}
