using Conductor.Prompts;

namespace KeywordOperation;

/// <summary>The prompt's own function: `{{keyword_extraction-frequent_words text 8}}`, or `{{frequent_words text 8}}` while no other plugin has one of that name.</summary>
internal static class FrequentWords
{
    // Shorter words are seldom what a text is about.
    private const int ShortestWord = 4;

    public static PromptFunction Function { get; } = new(
        "frequent_words",
        [new("text"), new("count", PromptValueKind.Integer, IsRequired: false, Default: 8L)],
        call => Find((string)call["text"]!, (int)Math.Clamp((long)call["count"]!, 0, 100)));

    /// <summary>The words that stand in a text more than once, most frequent first, a comma between them.</summary>
    public static string Find(string text, int count)
    {
        var words = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                var word = text[start..i];
                start = -1;
                if (word.Length >= ShortestWord)
                {
                    words[word] = words.GetValueOrDefault(word) + 1;
                }
            }
        }

        return string.Join(", ", words.Where(word => word.Value > 1).OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.OrdinalIgnoreCase).Take(count).Select(word => word.Key));
    }
}
