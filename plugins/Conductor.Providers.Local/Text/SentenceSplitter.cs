using System.Text;

namespace Conductor.Providers.Local.Text;

/// <summary>Cuts a text into sentences. Every character that is not white space lands in exactly one of them, in order.</summary>
internal static class SentenceSplitter
{
    // A line shorter than this is no line of a wrapped paragraph: its end means something.
    private const int WrappedLineLength = 50;
    private const int LongestHeading = 90;

    public static IReadOnlyList<Sentence> Split(string text)
    {
        var sentences = new List<Sentence>();
        var start = 0;
        var index = 0;
        while (index < text.Length)
        {
            var character = text[index];
            if (character is '\n' or '\r')
            {
                var next = index;
                while (next < text.Length && char.IsWhiteSpace(text[next]))
                {
                    next++;
                }

                if (EndsAtLine(text, start, index, next))
                {
                    Add(sentences, text, start, index);
                    start = next;
                }

                index = next;
            }
            else if (IsTerminator(character))
            {
                var end = EndOfMarks(text, index);
                if (EndsSentence(text, start, index, end))
                {
                    Add(sentences, text, start, end);
                    start = end;
                }

                index = end;
            }
            else
            {
                index++;
            }
        }

        Add(sentences, text, start, text.Length);
        return sentences;
    }

    internal static bool IsWide(char character) => character is '。' or '！' or '？' or '｡' or '．';

    private static bool IsTerminator(char character) =>
        character is '.' or '!' or '?' or '…' or '‼' or '⁇' or '⁈' or '⁉' or '؟' or '۔' or '।' or '॥' or '։' or '።' || IsWide(character);

    // The whole run of marks ("?!", "...") and the quotes and brackets that close with it.
    private static int EndOfMarks(string text, int index)
    {
        while (index < text.Length && IsTerminator(text[index]))
        {
            index++;
        }

        while (index < text.Length && text[index] is '"' or '\'' or '”' or '’' or '»' or ')' or ']' or '」' or '』' or '）')
        {
            index++;
        }

        return index;
    }

    private static bool EndsSentence(string text, int start, int mark, int end)
    {
        if (end >= text.Length || IsWide(text[mark]))
        {
            return true;
        }

        // No white space after it: a decimal, a link, a file name, "Yahoo!'s".
        if (!char.IsWhiteSpace(text[end]))
        {
            return false;
        }

        var next = end;
        while (next < text.Length && (char.IsWhiteSpace(text[next]) || text[next] is '"' or '\'' or '“' or '‘' or '«' or '(' or '['))
        {
            next++;
        }

        if (next == text.Length)
        {
            return true;
        }

        // "he asked", "etc. and so on", and "..." in mid-sentence: a small letter goes on with the sentence.
        if (char.IsLower(text[next]))
        {
            return false;
        }

        if (text[mark] != '.' || end - mark > 1 && text[mark + 1] == '.')
        {
            return true;
        }

        var word = mark;
        while (word > start && !char.IsWhiteSpace(text[word - 1]))
        {
            word--;
        }

        var nextEnd = next;
        while (nextEnd < text.Length && (char.IsLetterOrDigit(text[nextEnd]) || text[nextEnd] == '\''))
        {
            nextEnd++;
        }

        // "1. First item": the number of a list belongs to what follows.
        var isListNumber = text.AsSpan(start, word - start).IsWhiteSpace() && mark - word <= 3 && mark > word && text.AsSpan(word, mark - word).IndexOfAnyExceptInRange('0', '9') < 0;
        return !isListNumber && !Abbreviations.KeepOpen(text.AsSpan(word, mark - word), text.AsSpan(next, nextEnd - next));
    }

    // Whether a line break ends what began at `start`: an empty line always does, a single break only where the line is no wrapped one.
    private static bool EndsAtLine(string text, int start, int index, int next)
    {
        var breaks = 0;
        for (var position = index; position < next; position++)
        {
            breaks += text[position] == '\n' || (text[position] == '\r' && (position + 1 == text.Length || text[position + 1] != '\n')) ? 1 : 0;
        }

        if (breaks > 1 || next == text.Length)
        {
            return true;
        }

        var isItem = text[next] is '-' or '*' or '•' or '–' && next + 1 < text.Length && char.IsWhiteSpace(text[next + 1]);
        var lineStart = index == 0 ? 0 : Math.Max(start, text.LastIndexOfAny(['\n', '\r'], index - 1) + 1);
        return isItem || (index - lineStart < WrappedLineLength && !char.IsLower(text[next]));
    }

    private static void Add(List<Sentence> sentences, string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (start == end)
        {
            return;
        }

        var sentence = Collapse(text.AsSpan(start, end - start));
        var isHeading = end - start <= LongestHeading && !IsTerminator(text[end - 1]) && EndOfMarks(text, end - 1) == end - 1
            && end < text.Length && text[end] is '\n' or '\r';
        sentences.Add(new Sentence(start, end - start, sentence, isHeading));
    }

    private static string Collapse(ReadOnlySpan<char> span)
    {
        var builder = new StringBuilder(span.Length);
        foreach (var character in span)
        {
            if (!char.IsWhiteSpace(character))
            {
                builder.Append(character);
            }
            else if (builder[^1] != ' ')
            {
                builder.Append(' ');
            }
        }

        return builder.ToString();
    }
}
