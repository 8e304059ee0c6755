using System.Globalization;
using System.Text;

namespace Conductor.Providers.Local.Sentiment;

/// <summary>Cuts a text into words, emoticons and emoji in one pass; links and @names are left out.</summary>
internal sealed class SentimentTokenizer(SentimentLexicon lexicon)
{
    private const int LongestEmoticon = 6;

    // Nobody stretches a word further than this, and no known word is longer: text without spaces is not looked up as a whole.
    private const int LongestWord = 48;

    public TokenizedText Tokenize(string text)
    {
        var tokens = new List<SentimentToken>();
        var (clause, sentence, exclamations, questions, shouted, plain) = (0, 0, 0, 0, 0, 0);
        var isChat = false;
        var index = 0;
        while (index < text.Length)
        {
            var character = text[index];
            if (char.IsWhiteSpace(character))
            {
                index++;
                continue;
            }

            var startsChunk = index == 0 || char.IsWhiteSpace(text[index - 1]);
            if (startsChunk && (character == '@' || StartsLink(text.AsSpan(index))))
            {
                isChat = true;
                index = EndOfChunk(text, index);
                continue;
            }

            if (TryEmoticon(text, index, out var emoticonLength, out var valence))
            {
                isChat = true;
                tokens.Add(new SentimentToken(text.Substring(index, emoticonLength), IsShouted: false, clause, sentence, Valence: valence));
                index += emoticonLength;
                continue;
            }

            if (char.IsLetterOrDigit(character))
            {
                var end = EndOfWord(text, index);
                if (end - index <= LongestWord)
                {
                    var word = text[index..end];
                    var isShouted = IsShouted(word);
                    shouted += isShouted ? 1 : 0;
                    plain += !isShouted && char.IsLetter(word[0]) && word.Length > 1 ? 1 : 0;
                    AddWord(tokens, word, isShouted, clause, sentence);
                }

                index = end;
                continue;
            }

            isChat |= character == '#' && index + 1 < text.Length && char.IsLetter(text[index + 1]);
            exclamations += character is '!' or '！' ? 1 : 0;
            questions += character is '?' or '？' ? 1 : 0;
            if (character is '.' or '!' or '?' or '…' or '。' or '！' or '？')
            {
                sentence++;
                clause++;
            }
            else if (character is ',' or ';' or ':' or '(' or ')' or '–' or '—')
            {
                clause++;
            }

            if (Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out var length) is System.Buffers.OperationStatus.Done
                && lexicon.Emoji.TryGetValue(rune.Value, out var feeling))
            {
                isChat = true;
                tokens.Add(new SentimentToken(rune.ToString(), IsShouted: false, clause, sentence, Valence: feeling));
            }

            index += Math.Max(1, length);
        }

        return new TokenizedText(tokens, exclamations, questions, shouted > 0 && plain == 0, isChat || tokens.Exists(token => token.IsStretched));
    }

    private static bool StartsLink(ReadOnlySpan<char> rest) =>
        rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || rest.StartsWith("www.", StringComparison.OrdinalIgnoreCase);

    private static int EndOfChunk(string text, int index)
    {
        while (index < text.Length && !char.IsWhiteSpace(text[index]))
        {
            index++;
        }

        return index;
    }

    // Letters and digits, and what joins them inside a word: apostrophes and hyphens (don't, well-made), and combining marks.
    private static int EndOfWord(string text, int index)
    {
        while (++index < text.Length)
        {
            var character = text[index];
            var joins = character is '\'' or '’' or '-' or '*' && index + 1 < text.Length && char.IsLetterOrDigit(text[index + 1]);
            if (!joins && !char.IsLetterOrDigit(character) && CharUnicodeInfo.GetUnicodeCategory(character) is not UnicodeCategory.NonSpacingMark)
            {
                break;
            }
        }

        return index;
    }

    private static bool IsShouted(string word)
    {
        var letters = 0;
        foreach (var character in word)
        {
            if (char.IsLower(character))
            {
                return false;
            }

            letters += char.IsUpper(character) ? 1 : 0;
        }

        return letters > 1;
    }

    private void AddWord(List<SentimentToken> tokens, string written, bool isShouted, int clause, int sentence)
    {
        var word = written.ToLowerInvariant().Replace('’', '\'');
        if (lexicon.Knows(word))
        {
            tokens.Add(new SentimentToken(word, isShouted, clause, sentence));
        }
        else if (TryShorten(word, out var shortened))
        {
            tokens.Add(new SentimentToken(shortened, isShouted, clause, sentence, IsStretched: true));
        }
        else if (word.Contains('-', StringComparison.Ordinal))
        {
            foreach (var part in word.Split('-', StringSplitOptions.RemoveEmptyEntries))
            {
                tokens.Add(new SentimentToken(part, isShouted, clause, sentence));
            }
        }
        else
        {
            tokens.Add(new SentimentToken(word, isShouted, clause, sentence));
        }
    }

    // "sooooo" and "looove": runs of three or more become two, then one, until the lexicon knows the word.
    private bool TryShorten(string word, out string shortened)
    {
        for (var keep = 2; keep >= 1; keep--)
        {
            var builder = new StringBuilder(word.Length);
            for (var index = 0; index < word.Length;)
            {
                var end = index;
                while (end < word.Length && word[end] == word[index])
                {
                    end++;
                }

                builder.Append(word[index], end - index >= 3 ? keep : end - index);
                index = end;
            }

            shortened = builder.ToString();
            if (shortened.Length == word.Length)
            {
                return false;
            }

            if (lexicon.Knows(shortened))
            {
                return true;
            }
        }

        shortened = word;
        return false;
    }

    private bool TryEmoticon(string text, int index, out int length, out double valence)
    {
        if (char.IsLetterOrDigit(text[index]))
        {
            length = 0;
            valence = 0;
            return false;
        }

        // Right after a word a symbol must close the chunk: "great:)" is one, "items:(a)" is not.
        var followsWord = index > 0 && char.IsLetterOrDigit(text[index - 1]);
        for (length = Math.Min(LongestEmoticon, text.Length - index); length >= 2; length--)
        {
            var candidate = text.AsSpan(index, length);
            var runsOn = index + length < text.Length && char.IsLetterOrDigit(text[index + length]);
            if (!(runsOn && (followsWord || char.IsLetterOrDigit(candidate[^1]))) && lexicon.TryEmoticon(candidate, out valence))
            {
                return true;
            }
        }

        valence = 0;
        return false;
    }
}
