using System.Text;

namespace Conductor.Providers.Local.Intents;

/// <summary>An intent's name as words: `cancel_order`, `cancelOrder` and `cancel-order` all read "cancel order".</summary>
internal static class IntentWords
{
    /// <summary>The words in lower case, one space between them; the name itself where it holds no letter or digit.</summary>
    public static string Of(string name)
    {
        var words = new StringBuilder(name.Length + 8);
        for (var index = 0; index < name.Length; index++)
        {
            var character = name[index];
            if (char.IsWhiteSpace(character) || character is '_' or '-' or '.' or '/' or ':')
            {
                EndWord(words);
                continue;
            }

            if (BeginsWord(name, index))
            {
                EndWord(words);
            }

            words.Append(char.ToLowerInvariant(character));
        }

        var text = words.ToString().TrimEnd();
        return text.Any(char.IsLetterOrDigit) ? text : name;
    }

    private static void EndWord(StringBuilder words)
    {
        if (words.Length > 0 && words[^1] != ' ')
        {
            words.Append(' ');
        }
    }

    // "playMusic": a capital after anything else; "parseURLPath": the last of several capitals, where a word goes on with it.
    private static bool BeginsWord(string name, int index) =>
        index > 0 && char.IsUpper(name[index])
        && (char.IsLower(name[index - 1]) || char.IsDigit(name[index - 1])
            || (char.IsUpper(name[index - 1]) && index + 1 < name.Length && char.IsLower(name[index + 1])));
}
