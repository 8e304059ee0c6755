namespace Conductor.Providers.Local.Sentiment;

/// <summary>Valence of a word that no list has, from the word it is made from: `tediously`, `unconvincing`, `plotless`.</summary>
internal static class WordForms
{
    // A derived form is less sure than a listed one.
    private const double FormWeight = 0.8;
    private const double WithoutValence = -1.3;

    private static readonly string[] Endings = ["s", "es", "ed", "d", "ing", "ly", "ness", "y", "er", "est", "n"];

    public static double Valence(string word, Dictionary<string, float> words)
    {
        if (word.Length < 5)
        {
            return 0;
        }

        if (Stem(word, words) is { } stem)
        {
            return stem * FormWeight;
        }

        if (word.StartsWith("un", StringComparison.Ordinal) || word.StartsWith("non", StringComparison.Ordinal))
        {
            var rest = word[(word[1] == 'n' ? 2 : 3)..];
            var valence = words.TryGetValue(rest, out var listed) ? listed : Stem(rest, words) ?? 0;
            return -valence * FormWeight;
        }

        // "plotless", "charmless": to be without something is a complaint, unless the thing is bad ("painless").
        if (word.EndsWith("less", StringComparison.Ordinal) && word.Length > 6)
        {
            return words.TryGetValue(word[..^4], out var listed) && listed < 0 ? -listed * FormWeight : WithoutValence;
        }

        return 0;
    }

    private static double? Stem(string word, Dictionary<string, float> words)
    {
        foreach (var ending in Endings)
        {
            if (word.Length - ending.Length < 3 || !word.EndsWith(ending, StringComparison.Ordinal))
            {
                continue;
            }

            var stem = word[..^ending.Length];
            if (words.TryGetValue(stem, out var valence) || words.TryGetValue(stem + "e", out valence)
                || (ending != "n" && stem[^1] == 'i' && words.TryGetValue(stem[..^1] + "y", out valence))
                || (ending is "ed" or "ing" or "er" && stem[^1] == stem[^2] && words.TryGetValue(stem[..^1], out valence)))
            {
                return valence;
            }
        }

        return null;
    }
}
