using System.Collections.Frozen;

namespace Conductor.Providers.Local.Text;

/// <summary>Words whose period does not end a sentence.</summary>
internal static class Abbreviations
{
    // Always followed by what belongs to them: a name, a number, the next part of the phrase.
    private static readonly FrozenSet<string> Open = new[]
    {
        "mr", "mrs", "ms", "messrs", "dr", "prof", "rev", "hon", "st", "gen", "col", "maj", "capt", "cpt", "lt", "sgt", "cmdr", "adm", "gov", "sen",
        "rep", "pres", "supt", "insp", "det", "fr", "sr", "mme", "mlle", "mt", "ft", "vs", "v", "cf", "e.g", "i.e", "eg", "ie", "viz", "approx", "ca",
        "fig", "figs", "eq", "eqs", "sec", "ch", "chap", "vol", "no", "nos", "nr", "pp", "p", "art", "al", "ed", "eds", "trans", "op", "cit",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // May also stand last in a sentence: then a capital after them begins the next one.
    private static readonly FrozenSet<string> Either = new[]
    {
        "inc", "ltd", "corp", "co", "plc", "llc", "bros", "jr", "etc", "est", "dept", "univ", "assn", "ave", "blvd", "rd", "hwy", "apt", "jan", "feb",
        "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thurs", "fri", "sat", "sun",
        "a.m", "p.m", "am", "pm", "u.s", "u.k", "u.n", "e.u", "u.s.a", "d.c", "b.c", "a.d", "ph.d", "m.d", "min", "max", "hr", "hrs", "oz", "lb", "lbs",
        "kg", "km", "cm", "mm", "ibid", "resp", "incl", "tel", "ext",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Words that begin sentences and hardly ever follow an abbreviation inside one.
    private static readonly FrozenSet<string> Starters = new[]
    {
        "the", "a", "an", "he", "she", "it", "they", "we", "i", "you", "this", "that", "these", "those", "but", "and", "in", "on", "at", "for", "if",
        "when", "while", "however", "his", "her", "its", "their", "our", "there", "as", "after", "before", "by", "with", "what", "who", "why", "how",
        "no", "not", "some", "many", "most", "all", "so", "then", "yet", "also", "both", "although", "since", "because", "during",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the period after <paramref name="word"/> leaves its sentence open.</summary>
    /// <param name="word">What stands between white space and the period.</param>
    /// <param name="next">The word after the period, as written.</param>
    public static bool KeepOpen(ReadOnlySpan<char> word, ReadOnlySpan<char> next)
    {
        word = word.TrimStart("([{\"'“‘«");
        if (word.Length == 0 || word.Length > 8)
        {
            return false;
        }

        // "J. Smith" and "U.S. Senate"; but "Plan B. The rest".
        var isInitials = word.Length == 1 ? char.IsUpper(word[0]) && word[0] != 'I' : word.Contains('.') && IsLettersApart(word);
        var open = Open.GetAlternateLookup<ReadOnlySpan<char>>();
        if (open.Contains(word))
        {
            // "No. 5" is a number, "no. He left" is an answer; the same for "art", "ed" and their like.
            return word.Length > 3 || next.Length == 0 || char.IsDigit(next[0]) || char.IsUpper(word[0]) || !Contains(Starters, next);
        }

        return (isInitials || Contains(Either, word)) && !Contains(Starters, next);
    }

    private static bool Contains(FrozenSet<string> set, ReadOnlySpan<char> word) => set.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    // "U.S", "e.g", "D.C": letters with periods between them.
    private static bool IsLettersApart(ReadOnlySpan<char> word)
    {
        for (var index = 0; index < word.Length; index++)
        {
            if (index % 2 == 0 ? !char.IsLetter(word[index]) : word[index] != '.')
            {
                return false;
            }
        }

        return true;
    }
}
