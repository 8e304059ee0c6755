namespace Conductor.Operations.EntityExtraction;

/// <summary>Tells the caller what was left out of a model's answer.</summary>
internal static class Notices
{
    private const int MostQuoted = 3;
    private const int LongestQuote = 40;

    public static void Add(IList<string> notices, List<string> missing, int unwanted, int unreadable)
    {
        if (missing.Count > 0)
        {
            var quoted = string.Join(", ", missing.Take(MostQuoted).Select(Quote)) + (missing.Count > MostQuoted ? ", …" : "");
            notices.Add(missing.Count == 1
                ? $"1 entity of the model's answer does not stand in the text and was left out: {quoted}."
                : $"{missing.Count} entities of the model's answer do not stand in the text and were left out: {quoted}.");
        }

        if (unwanted > 0)
        {
            notices.Add(unwanted == 1
                ? "1 entity of the model's answer is of a type that was not asked for and was left out."
                : $"{unwanted} entities of the model's answer are of types that were not asked for and were left out.");
        }

        if (unreadable > 0)
        {
            notices.Add(unreadable == 1
                ? "1 entry of the model's answer is no entity with words in it and was left out."
                : $"{unreadable} entries of the model's answer are no entities with words in them and were left out.");
        }
    }

    private static string Quote(string words)
    {
        if (words.Length <= LongestQuote)
        {
            return $"\"{words}\"";
        }

        return $"\"{words[..(char.IsHighSurrogate(words[LongestQuote - 1]) ? LongestQuote - 1 : LongestQuote)]}…\"";
    }
}
