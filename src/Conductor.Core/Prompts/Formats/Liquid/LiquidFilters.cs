using System.Net;
using System.Text.RegularExpressions;
using Filter = System.Func<Conductor.Prompts.Formats.Liquid.LiquidRun, object?, object?[], object?>;

namespace Conductor.Prompts.Formats.Liquid;

/// <summary>The filters; functions of the registry stand beside them.</summary>
internal static partial class LiquidFilters
{
    private static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["abs"] = (_, input, _) => Whole(Math.Abs(Number(input))),
        ["append"] = (_, input, rest) => Text(input) + Text(At(rest, 0)),
        ["capitalize"] = (_, input, _) => Text(input) is { Length: > 0 } text ? char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant() : "",
        ["ceil"] = (_, input, _) => Whole(Math.Ceiling(Number(input))),
        ["compact"] = (_, input, _) => Items(input).Where(item => item is not null).ToList(),
        ["concat"] = (_, input, rest) => Items(input).Concat(Items(At(rest, 0))).ToList(),
        ["default"] = (_, input, rest) => input is null or false or "" || (input is not string && LiquidValue.ToItems(input).Count == 0) ? At(rest, 0) : input,
        ["divided_by"] = (run, input, rest) => (Number(input), Number(At(rest, 0))) switch
        {
            (_, 0) => throw run.Failure("a template divides by zero"),
            var (left, right) when decimal.IsInteger(left) && decimal.IsInteger(right) => Whole(Math.Floor(left / right)),
            var (left, right) => left / right,
        },
        ["downcase"] = (_, input, _) => Text(input).ToLowerInvariant(),
        ["escape"] = (_, input, _) => WebUtility.HtmlEncode(Text(input)),
        ["first"] = (_, input, _) => LiquidValue.Member(input, "first"),
        ["floor"] = (_, input, _) => Whole(Math.Floor(Number(input))),
        ["join"] = (_, input, rest) => string.Join(rest.Length > 0 ? Text(rest[0]) : " ", Items(input).Select(Text)),
        ["last"] = (_, input, _) => LiquidValue.Member(input, "last"),
        ["lstrip"] = (_, input, _) => Text(input).TrimStart(),
        ["map"] = (_, input, rest) => Items(input).Select(item => LiquidValue.Member(item, At(rest, 0))).ToList(),
        ["minus"] = (_, input, rest) => Whole(Number(input) - Number(At(rest, 0))),
        ["modulo"] = (run, input, rest) => Number(At(rest, 0)) is var by && by == 0 ? throw run.Failure("a template divides by zero") : Whole(Number(input) % by),
        ["newline_to_br"] = (_, input, _) => Text(input).Replace("\n", "<br />\n", StringComparison.Ordinal),
        ["plus"] = (_, input, rest) => Whole(Number(input) + Number(At(rest, 0))),
        ["prepend"] = (_, input, rest) => Text(At(rest, 0)) + Text(input),
        ["remove"] = (_, input, rest) => Replace(Text(input), Text(At(rest, 0)), ""),
        ["replace"] = (_, input, rest) => Replace(Text(input), Text(At(rest, 0)), Text(At(rest, 1))),
        ["reverse"] = (_, input, _) => Items(input).Reverse().ToList(),
        ["round"] = (_, input, rest) => Whole(Math.Round(Number(input), (int)Math.Clamp(Number(At(rest, 0)), 0, 28), MidpointRounding.AwayFromZero)),
        ["rstrip"] = (_, input, _) => Text(input).TrimEnd(),
        ["size"] = (_, input, _) => LiquidValue.Member(input, "size") ?? 0,
        ["slice"] = (_, input, rest) => Slice(Text(input), (int)Number(At(rest, 0)), rest.Length > 1 ? (int)Number(rest[1]) : 1),
        ["sort"] = (_, input, _) => Items(input).Order(Comparer<object?>.Create((left, right) => LiquidValue.Compare(left, right) ?? 0)).ToList(),
        ["split"] = (_, input, rest) => Text(input).Split(Text(At(rest, 0))).Where(part => part.Length > 0).Select(part => (object?)part).ToList(),
        ["strip"] = (_, input, _) => Text(input).Trim(),
        ["strip_newlines"] = (_, input, _) => Text(input).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal),
        ["times"] = (_, input, rest) => Whole(Number(input) * Number(At(rest, 0))),
        ["truncate"] = (_, input, rest) => Truncate(Text(input), rest.Length > 0 ? (int)Number(rest[0]) : 50, rest.Length > 1 ? Text(rest[1]) : "..."),
        ["truncatewords"] = (_, input, rest) => TruncateWords(Text(input), rest.Length > 0 ? (int)Number(rest[0]) : 15, rest.Length > 1 ? Text(rest[1]) : "..."),
        ["uniq"] = (_, input, _) => Items(input).DistinctBy(Text).ToList(),
        ["upcase"] = (_, input, _) => Text(input).ToUpperInvariant(),
        ["url_encode"] = (_, input, _) => WebUtility.UrlEncode(Text(input)),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static Filter? Find(string name, PromptFunctions functions)
    {
        if (All.TryGetValue(name, out var filter))
        {
            return filter;
        }

        // A plugin's function may be called by its bare name, or as plugin-function.
        var dash = name.LastIndexOf('-');
        return (dash < 0 ? functions.Find(null, name) : functions.Find(name[..dash], name[(dash + 1)..])) is { Parameters.Count: > 0 } function
            ? (_, input, rest) => function.Invoke(rest.Prepend(input).Take(function.Parameters.Count)
                .Select((value, i) => (function.Parameters[i].Name, value)).ToDictionary(pair => pair.Name, pair => pair.value, StringComparer.OrdinalIgnoreCase))
            : null;
    }

    private static object? At(object?[] values, int index) => index < values.Length ? values[index] : null;

    private static string Text(object? value) => LiquidValue.ToText(value);

    private static decimal Number(object? value) => LiquidValue.ToNumber(value);

    private static IEnumerable<object?> Items(object? value) => LiquidValue.ToItems(value).Select(PromptValue.Unwrap);

    // A whole number prints without decimals: 4, not 4.0.
    private static decimal Whole(decimal number) => decimal.IsInteger(number) ? decimal.Truncate(number) : number;

    private static string Replace(string text, string old, string with) => old.Length == 0 ? text : text.Replace(old, with, StringComparison.Ordinal);

    private static string Slice(string text, int start, int length)
    {
        start = start < 0 ? Math.Max(0, text.Length + start) : start;
        return start >= text.Length || length <= 0 ? "" : text.Substring(start, Math.Min(length, text.Length - start));
    }

    private static string Truncate(string text, int length, string end) =>
        text.Length <= length ? text : text[..Math.Max(0, length - end.Length)] + end;

    private static string TruncateWords(string text, int count, string end)
    {
        var words = WhiteSpace().Split(text.Trim());
        return words.Length <= count ? text : string.Join(' ', words.Take(Math.Max(1, count))) + end;
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex WhiteSpace();
}
