using System.Collections.Frozen;

namespace Conductor.Providers.Local.Entities;

/// <summary>English words for numbers.</summary>
internal static class NumberWords
{
    public static readonly FrozenDictionary<string, int> Units = Count(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 0, 1);

    public static readonly FrozenDictionary<string, int> Tens = Count("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10);

    public static readonly FrozenDictionary<string, decimal> Scales = new Dictionary<string, decimal>
    {
        ["thousand"] = 1_000, ["thousands"] = 1_000, ["million"] = 1_000_000, ["millions"] = 1_000_000, ["mln"] = 1_000_000,
        ["billion"] = 1_000_000_000, ["billions"] = 1_000_000_000, ["bn"] = 1_000_000_000,
        ["trillion"] = 1_000_000_000_000, ["trillions"] = 1_000_000_000_000, ["quadrillion"] = 1_000_000_000_000_000,
        ["lakh"] = 100_000, ["lakhs"] = 100_000, ["crore"] = 10_000_000, ["crores"] = 10_000_000,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, int> OrdinalUnits = Count(
        "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 0, 1);

    public static readonly FrozenDictionary<string, int> OrdinalTens =
        Count("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", 20, 10);

    public static readonly FrozenDictionary<string, decimal> OrdinalScales = new Dictionary<string, decimal>
    {
        ["hundredth"] = 100, ["thousandth"] = 1_000, ["millionth"] = 1_000_000, ["billionth"] = 1_000_000_000, ["trillionth"] = 1_000_000_000_000,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names of the parts of a whole: how many make it up.</summary>
    public static readonly FrozenDictionary<string, int> Parts = new Dictionary<string, int>
    {
        ["half"] = 2, ["halves"] = 2, ["quarter"] = 4, ["quarters"] = 4, ["third"] = 3, ["thirds"] = 3, ["fourth"] = 4, ["fourths"] = 4, ["fifth"] = 5, ["fifths"] = 5,
        ["sixth"] = 6, ["sixths"] = 6, ["seventh"] = 7, ["sevenths"] = 7, ["eighth"] = 8, ["eighths"] = 8, ["ninth"] = 9, ["ninths"] = 9, ["tenth"] = 10, ["tenths"] = 10,
        ["hundredth"] = 100, ["hundredths"] = 100, ["thousandth"] = 1_000, ["thousandths"] = 1_000,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static FrozenDictionary<string, int> Count(string words, int first, int step) =>
        words.Split(' ').Select((word, index) => (word, value: first + (index * step))).ToFrozenDictionary(entry => entry.word, entry => entry.value, StringComparer.Ordinal);
}
