using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Summaries;

/// <summary>The heaviest sentences of a text as short points.</summary>
internal static class KeyPoints
{
    private const int Most = 5;
    private const int MostWords = 18;
    private const double SaysTheSame = 0.5;

    /// <summary>A third of the sentences, one to five, heaviest first, none of them saying what another says.</summary>
    public static IReadOnlyList<string> Choose(IReadOnlyList<Sentence> sentences, int[] ranked)
    {
        var wanted = Math.Clamp((int)Math.Ceiling(sentences.Count / 3.0), 1, Most);
        var terms = SentenceRanker.Index(sentences);
        var chosen = new List<int>();
        var points = new List<string>();
        foreach (var index in ranked)
        {
            if (points.Count == wanted)
            {
                break;
            }

            if (chosen.Exists(other => SentenceRanker.Overlap(terms[index], terms[other]) >= SaysTheSame))
            {
                continue;
            }

            var point = Phrases.Shorten(sentences[index].Text, MostWords);
            if (point.Length > 0)
            {
                chosen.Add(index);
                points.Add(point);
            }
        }

        return points;
    }
}
