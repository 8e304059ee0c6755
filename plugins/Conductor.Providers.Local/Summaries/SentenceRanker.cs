using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Summaries;

/// <summary>Says how much each sentence of a text matters: a walk over sentences that share terms (TextRank), with what place and wording add.</summary>
/// <remarks>R. Mihalcea and P. Tarau, "TextRank: Bringing Order into Texts" (EMNLP 2004); weights chosen on the texts named in docs/operations.md.</remarks>
internal static class SentenceRanker
{
    // Pairs are compared, so their number is bounded: a text of more sentences ranks those with the most weight in terms.
    private const int MostCompared = 400;
    private const int Rounds = 30;
    private const double Damping = 0.85;

    // 0 counts shared terms alone, 0.5 is the cosine; between them long sentences win neither by length nor for want of it.
    private const double LengthPower = 0.3;

    // A text of this many sentences or more is told from the top, as news is; an abstract of a few is not.
    private const int ToldFromTheTop = 20;
    private const double PlaceWeight = 0.9;
    private const double CueWeight = 0.35;
    private const double FewestTerms = 3;

    private static readonly string[] Cues =
    [
        "we propose", "we present", "we introduce", "we show", "we find", "we describe", "we develop", "in this paper", "in this work", "this paper",
        "this work", "our results", "our method", "results show", "in conclusion", "in summary", "to summarize", "overall,", "the study", "announced",
    ];

    /// <summary>A weight for each sentence, in their order: 0 for nothing, about 1 for the average, higher for what matters.</summary>
    /// <param name="sentences">The sentences.</param>
    /// <param name="share">How much of the text is wanted, 0 to 1. The more, the less its place in the text speaks for a sentence.</param>
    public static double[] Rank(IReadOnlyList<Sentence> sentences, double share)
    {
        var terms = Index(sentences);
        var walked = Walk(terms, Candidates(terms));
        var placeWeight = PlaceWeight * Math.Min(1, (double)sentences.Count / ToldFromTheTop) * Math.Max(0, 1 - (2 * share));
        var weights = new double[sentences.Count];
        for (var index = 0; index < weights.Length; index++)
        {
            var place = 1.0 / (1 + (index / 3.0));
            var cue = Array.Exists(Cues, cue => sentences[index].Text.Contains(cue, StringComparison.OrdinalIgnoreCase)) ? CueWeight : 0;
            var isThin = sentences[index].IsHeading || terms[index].Length < FewestTerms;
            weights[index] = (walked[index] + (placeWeight * place * 3) + cue) * (isThin ? 0.2 : 1);
        }

        return weights;
    }

    /// <summary>How much two sentences say the same, 0 to 1: shared terms over the terms of the shorter one.</summary>
    public static double Overlap(int[] left, int[] right) =>
        left.Length == 0 || right.Length == 0 ? 0 : (double)CountShared(left, right) / Math.Min(left.Length, right.Length);

    /// <summary>The terms of each sentence as sorted numbers, each once.</summary>
    public static int[][] Index(IReadOnlyList<Sentence> sentences)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var terms = new int[sentences.Count][];
        for (var index = 0; index < terms.Length; index++)
        {
            var own = new SortedSet<int>();
            foreach (var term in TermReader.Read(sentences[index].Text))
            {
                if (!numbers.TryGetValue(term, out var number))
                {
                    numbers.Add(term, number = numbers.Count);
                }

                own.Add(number);
            }

            terms[index] = [.. own];
        }

        return terms;
    }

    private static int[] Candidates(int[][] terms)
    {
        if (terms.Length <= MostCompared)
        {
            return [.. Enumerable.Range(0, terms.Length)];
        }

        // Weight of a sentence = how many sentences its terms occur in, summed; ties go to the earlier one.
        var frequency = new Dictionary<int, int>();
        foreach (var term in terms.SelectMany(own => own))
        {
            frequency[term] = frequency.GetValueOrDefault(term) + 1;
        }

        return [.. Enumerable.Range(0, terms.Length)
            .OrderByDescending(index => terms[index].Sum(term => (double)frequency[term]) / (10 + terms[index].Length))
            .ThenBy(index => index)
            .Take(MostCompared)
            .Order()];
    }

    // The walk's stationary weights, scaled so that the average over the compared sentences is 1.
    private static double[] Walk(int[][] terms, int[] candidates)
    {
        var count = candidates.Length;
        var links = new double[count][];
        var outgoing = new double[count];
        for (var row = 0; row < count; row++)
        {
            links[row] = new double[count];
        }

        for (var row = 0; row < count; row++)
        {
            for (var column = row + 1; column < count; column++)
            {
                var similarity = Similarity(terms[candidates[row]], terms[candidates[column]]);
                links[row][column] = links[column][row] = similarity;
                outgoing[row] += similarity;
                outgoing[column] += similarity;
            }
        }

        var weights = new double[count];
        Array.Fill(weights, 1);
        for (var round = 0; round < Rounds; round++)
        {
            var next = new double[count];
            for (var from = 0; from < count; from++)
            {
                if (outgoing[from] > 0)
                {
                    var given = Damping * weights[from] / outgoing[from];
                    for (var to = 0; to < count; to++)
                    {
                        next[to] += given * links[from][to];
                    }
                }
            }

            for (var index = 0; index < count; index++)
            {
                weights[index] = 1 - Damping + next[index];
            }
        }

        var walked = new double[terms.Length];
        for (var index = 0; index < count; index++)
        {
            walked[candidates[index]] = weights[index];
        }

        return walked;
    }

    // Shared terms, held against the lengths so that long sentences do not win by length alone.
    private static double Similarity(int[] left, int[] right)
    {
        var shared = CountShared(left, right);
        return shared == 0 ? 0 : shared / Math.Pow((double)left.Length * right.Length, LengthPower);
    }

    private static int CountShared(int[] left, int[] right)
    {
        var (shared, i, j) = (0, 0, 0);
        while (i < left.Length && j < right.Length)
        {
            var order = left[i].CompareTo(right[j]);
            shared += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return shared;
    }
}
