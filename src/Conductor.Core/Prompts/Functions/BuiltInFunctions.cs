using System.Collections;
using System.Globalization;

namespace Conductor.Prompts;

/// <summary>The functions every template may call.</summary>
internal static class BuiltInFunctions
{
    public static IEnumerable<PromptFunction> Create(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return
        [
            new PromptFunction("date", [Optional("format", "yyyy-MM-dd")], call => Date(time, (string)call["format"]!)),
            new PromptFunction("join", [new("items", PromptValueKind.Any), Optional("separator", ", ")], Join),
            new PromptFunction("json", [new("value", PromptValueKind.Any)], call => PromptValue.ToJson(call["value"])),
            new PromptFunction("lower", [new("text")], call => ((string)call["text"]!).ToLowerInvariant()),
            new PromptFunction("trim", [new("text")], call => ((string)call["text"]!).Trim()),
            new PromptFunction(
                "truncate", [new("text"), new("length", PromptValueKind.Integer), Optional("suffix", "…")],
                call => Truncate((string)call["text"]!, (long)call["length"]!, (string)call["suffix"]!)),
            new PromptFunction("upper", [new("text")], call => ((string)call["text"]!).ToUpperInvariant()),
        ];
    }

    private static PromptParameter Optional(string name, string standard) => new(name, IsRequired: false, Default: standard);

    private static string Date(TimeProvider time, string format)
    {
        try
        {
            return time.GetUtcNow().ToString(format, CultureInfo.InvariantCulture);
        }
        catch (FormatException mistake)
        {
            throw new PromptRenderException($"Function 'date' cannot read the format '{format}'. Write one such as yyyy-MM-dd or HH:mm.", SemanticKernelErrors.Kernel, mistake);
        }
    }

    private static string Join(IReadOnlyDictionary<string, object?> call)
    {
        var items = call["items"];
        return items is IEnumerable list and not string
            ? string.Join((string)call["separator"]!, list.Cast<object?>().Select(PromptValue.ToText))
            : PromptValue.ToText(items);
    }

    /// <summary>At most <paramref name="length"/> UTF-16 code units, the suffix among them; never half a surrogate pair.</summary>
    private static string Truncate(string text, long length, string suffix)
    {
        if (text.Length <= length)
        {
            return text;
        }

        if (length <= suffix.Length)
        {
            suffix = "";
        }

        var kept = (int)Math.Max(0, length - suffix.Length);
        if (kept > 0 && char.IsHighSurrogate(text[kept - 1]))
        {
            kept--;
        }

        return text[..kept] + suffix;
    }
}
