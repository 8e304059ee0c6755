using System.Text;
using Conductor.Operations;
using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Summaries;

/// <summary>Makes a summary of a text's own sentences, in their order. The same text and limits give the same summary; none is longer than its text.</summary>
internal static class ExtractiveSummarizer
{
    // Without limits: a fifth of the sentences, one to five of them.
    private const double DefaultShare = 0.2;
    private const int DefaultMost = 5;

    // A sentence that shares this much of its terms with a chosen one says nothing new.
    private const double SaysTheSame = 0.8;

    // Each is held against all that were chosen before it; the longest summary has no more words than this.
    private const int MostConsidered = 2_000;

    public static SummarizationResult Summarize(string text, SummarizationParameters? parameters)
    {
        var sentences = SentenceSplitter.Split(text);
        if (sentences.Count == 0)
        {
            throw new OperationRequestException("text", "'text' holds nothing but white space: give a text to summarize.");
        }

        var isList = parameters?.Style == "bullets";
        var maxWords = parameters?.MaxWords ?? int.MaxValue;
        var maxSentences = parameters?.MaxSentences
            ?? (parameters?.MaxWords is null ? Math.Clamp((int)Math.Ceiling(sentences.Count * DefaultShare), 1, DefaultMost) : int.MaxValue);
        var weights = SentenceRanker.Rank(sentences, Share(sentences, maxSentences, maxWords));
        var ranked = Enumerable.Range(0, sentences.Count).OrderByDescending(index => weights[index]).ThenBy(index => index).ToArray();
        var chosen = Choose(sentences, ranked, maxSentences, maxWords, wordsPerMark: isList ? 1 : 0);
        var summary = chosen.Count > 0
            ? Join(sentences, chosen, isList, text.Length)
            : Phrases.CutWords(sentences[ranked[0]].Text, maxWords);
        return new SummarizationResult
        {
            Summary = summary,
            KeyPoints = KeyPoints.Choose(sentences, ranked),
            CompressionRatio = Math.Round((double)summary.Length / text.Length, 4),
        };
    }

    private static double Share(IReadOnlyList<Sentence> sentences, int maxSentences, int maxWords)
    {
        var words = sentences.Sum(sentence => WordCounter.Count(sentence.Text));
        return Math.Min(1, Math.Min((double)maxSentences / sentences.Count, (double)maxWords / Math.Max(1, words)));
    }

    // From the heaviest down, whatever still fits, first without those that repeat a chosen one.
    private static List<int> Choose(IReadOnlyList<Sentence> sentences, int[] ranked, int maxSentences, int maxWords, int wordsPerMark)
    {
        var terms = SentenceRanker.Index(sentences);
        var chosen = new List<int>();
        var isChosen = new bool[sentences.Count];
        var words = 0;
        foreach (var allowsRepeats in (bool[])[false, true])
        {
            foreach (var index in ranked.Take(MostConsidered))
            {
                if (chosen.Count >= maxSentences)
                {
                    break;
                }

                var cost = WordCounter.Count(sentences[index].Text) + wordsPerMark;
                if (words + (long)cost <= maxWords && !isChosen[index]
                    && (allowsRepeats || !chosen.Exists(other => SentenceRanker.Overlap(terms[index], terms[other]) >= SaysTheSame)))
                {
                    chosen.Add(index);
                    isChosen[index] = true;
                    words += cost;
                }
            }
        }

        chosen.Sort();
        return chosen;
    }

    private static string Join(IReadOnlyList<Sentence> sentences, List<int> chosen, bool isList, int longest)
    {
        var summary = new StringBuilder();
        var last = -1;
        foreach (var index in chosen)
        {
            if (isList)
            {
                summary.Append(summary.Length > 0 ? "\n- " : "- ").Append(sentences[index].Text.TrimStart('-', '*', '•', ' '));
            }
            else
            {
                summary.Append(IsSpaced(sentences, last, index) ? " " : "").Append(sentences[index].Text);
                last = index;
            }
        }

        // Marks of a list can make a short text longer than it was: then it stays as it is.
        return isList && summary.Length > longest ? Join(sentences, chosen, isList: false, longest) : summary.ToString();
    }

    // Scripts without spaces have none between sentences either.
    private static bool IsSpaced(IReadOnlyList<Sentence> sentences, int last, int next) =>
        last >= 0 && !SentenceSplitter.IsWide(sentences[last].Text[^1])
        && (next > last + 1 || sentences[next].Start > sentences[last].Start + sentences[last].Length);
}
