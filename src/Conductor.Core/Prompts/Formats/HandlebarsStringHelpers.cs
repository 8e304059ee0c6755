using System.Collections;
using System.Globalization;
using System.Net;
using System.Text;

namespace Conductor.Prompts.Formats;

/// <summary>`String-…`: the helpers that Semantic Kernel takes from Handlebars.Net.Helpers.</summary>
internal static class HandlebarsStringHelpers
{
    // A template's mistake must not fill the memory.
    private const int LongestResult = 10_000_000;

    public static IEnumerable<HandlebarsHelper> All { get; } =
    [
        Make("Append", 2, values => Text(values, 0) + Text(values, 1)),
        Make("Base64Decode", 1, values => Encoding.UTF8.GetString(Convert.FromBase64String(Text(values, 0)))),
        Make("Base64Encode", 1, values => Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(values, 0)))),
        Make("Camelcase", 1, values => Words(Text(values, 0)) is [var first, .. var rest] ? first.ToLowerInvariant() + string.Concat(rest.Select(Capitalized)) : ""),
        Make("Capitalize", 1, values => Capitalized(Text(values, 0))),
        new HandlebarsHelper("String-Coalesce", 1, int.MaxValue, values => values.Select(PromptValue.ToText).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text)) ?? ""),
        Make("Concat", 2, values => Text(values, 0) + Text(values, 1)),
        Make("Contains", 2, values => Text(values, 0).Contains(Text(values, 1), StringComparison.Ordinal)),
        Make("Ellipsis", 2, values => Text(values, 0) is var text && text.Length <= Count(values, 1) ? text : text[..Count(values, 1)] + "..."),
        Make("Equal", 2, values => Text(values, 0) == Text(values, 1)),
        Make("Equals", 2, values => Text(values, 0) == Text(values, 1)),
        Make("First", 1, values => Text(values, 0) is [var first, ..] ? first.ToString() : ""),
        Make("Format", 2, values => Formatted(values[0], Text(values, 1))),
        Make("FormatAsString", 2, values => Formatted(values[0], Text(values, 1))),
        Make("HtmlDecode", 1, values => WebUtility.HtmlDecode(Text(values, 0))),
        Make("HtmlEncode", 1, values => WebUtility.HtmlEncode(Text(values, 0))),
        Make("IsNotNullOrEmpty", 1, values => Text(values, 0).Length > 0),
        Make("IsNotNullOrWhiteSpace", 1, values => !string.IsNullOrWhiteSpace(Text(values, 0))),
        Make("IsNullOrEmpty", 1, values => Text(values, 0).Length == 0),
        Make("IsNullOrWhiteSpace", 1, values => string.IsNullOrWhiteSpace(Text(values, 0))),
        Make("IsString", 1, values => values[0] is string),
        new HandlebarsHelper("String-Join", 1, 2, values => values[0] is IEnumerable items and not string
            ? string.Join(Text(values, 1), items.Cast<object?>().Select(PromptValue.ToText))
            : Text(values, 0)),
        Make("Last", 1, values => Text(values, 0) is [.., var last] ? last.ToString() : ""),
        Make("Lowercase", 1, values => Text(values, 0).ToLowerInvariant()),
        Make("NotEqual", 2, values => Text(values, 0) != Text(values, 1)),
        Make("NotEquals", 2, values => Text(values, 0) != Text(values, 1)),
        new HandlebarsHelper("String-PadLeft", 2, 3, values => Text(values, 0).PadLeft(Count(values, 1), Text(values, 2) is [var letter, ..] ? letter : ' ')),
        new HandlebarsHelper("String-PadRight", 2, 3, values => Text(values, 0).PadRight(Count(values, 1), Text(values, 2) is [var letter, ..] ? letter : ' ')),
        Make("Pascalcase", 1, values => string.Concat(Words(Text(values, 0)).Select(Capitalized))),
        Make("Prepend", 2, values => Text(values, 0) is { Length: > 0 } text ? Text(values, 1) + text : ""),
        Make("Remove", 2, values => Replaced(Text(values, 0), Text(values, 1), "")),
        Make("Repeat", 2, values => string.Concat(Enumerable.Repeat(Text(values, 0), Text(values, 0).Length * (long)Count(values, 1) <= LongestResult
            ? Count(values, 1)
            : throw Wrong("would make too long a text")))),
        Make("Replace", 3, values => Replaced(Text(values, 0), Text(values, 1), Text(values, 2))),
        Make("Reverse", 1, values => string.Concat(Text(values, 0).Reverse())),
        Make("Split", 2, values => Text(values, 0).Split(Text(values, 1))),
        Make("StartsWith", 2, values => Text(values, 0).StartsWith(Text(values, 1), StringComparison.Ordinal)),
        new HandlebarsHelper("String-Substring", 2, 3, values => Substring(Text(values, 0), Count(values, 1), values.Length > 2 ? Count(values, 2) : int.MaxValue)),
        Make("Titlecase", 1, values => string.Join(' ', Text(values, 0).Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries).Select(Titled))),
        Make("ToWrappedString", 1, values => $"\"{Text(values, 0)}\""),
        Make("Trim", 1, values => Text(values, 0).Trim()),
        Make("TrimEnd", 1, values => Text(values, 0).TrimEnd()),
        Make("TrimStart", 1, values => Text(values, 0).TrimStart()),
        Make("Truncate", 2, values => Substring(Text(values, 0), 0, Count(values, 1))),
        Make("Uppercase", 1, values => Text(values, 0).ToUpperInvariant()),
    ];

    private static HandlebarsHelper Make(string name, int count, Func<object?[], object?> body) => new($"String-{name}", count, count, body);

    private static string Text(object?[] values, int index) => index < values.Length ? PromptValue.ToText(values[index]) : "";

    private static int Count(object?[] values, int index) =>
        int.TryParse(Text(values, index), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= LongestResult
            ? count
            : throw Wrong("needs a whole number of 0 or more");

    private static string Formatted(object? value, string format)
    {
        try
        {
            return value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : PromptValue.ToText(value);
        }
        catch (FormatException)
        {
            throw Wrong($"cannot use the format '{format}'");
        }
    }

    private static string Replaced(string text, string old, string with) => old.Length == 0 ? throw Wrong("cannot replace empty text") : text.Replace(old, with, StringComparison.Ordinal);

    private static string Substring(string text, int start, int length) =>
        start >= text.Length ? "" : text.Substring(start, Math.Min(length, text.Length - start));

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Capitalized(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    private static string Titled(string word) => !word.Any(char.IsLower) ? word : Capitalized(word.ToLowerInvariant());

    private static PromptRenderException Wrong(string what) => new($"A helper of the group 'String' {what}.", SemanticKernelErrors.Argument);
}
