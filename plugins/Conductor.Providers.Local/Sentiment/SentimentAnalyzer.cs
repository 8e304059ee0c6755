namespace Conductor.Providers.Local.Sentiment;

/// <summary>Finds the words of feeling in a text and bends each by the words around it.</summary>
/// <remarks>
/// The kinds of rules (boosters, negation in a window, capitals, marks of exclamation, "but") are those that C.J. Hutto and E. Gilbert describe in
/// "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text" (ICWSM 2014); weights and code are our own.
/// </remarks>
internal sealed class SentimentAnalyzer(SentimentLexicon lexicon)
{
    private const int Window = 4; // words before a word that can bend it
    private const double Shouting = 1.25;
    private const double Stretching = 1.15;
    private const double NegatedPraise = -0.65;
    private const double NegatedBlame = -0.4; // "not bad" is less than good
    private const double BeforeTurn = 0.5;
    private const double AfterTurn = 1.4;
    private const double Exclamation = 0.25; // each of the first four
    private const double ManyQuestions = 0.2; // each from the second to the fifth
    private const double CompoundScale = 15; // the sum of valences at which the compound reaches 1/√2 is its square root

    private readonly SentimentTokenizer _tokenizer = new(lexicon);

    public SentimentFeatures Measure(string text)
    {
        var tokenized = _tokenizer.Tokenize(text);
        var tokens = tokenized.Tokens;
        var valences = new double[tokens.Count];
        for (var index = 0; index < tokens.Count;)
        {
            index += Judge(tokenized, index, valences);
        }

        WeighClauses(tokens, valences);
        return Sum(tokenized, valences);
    }

    // Judges the word or phrase at an index; returns how many tokens it took.
    private int Judge(TokenizedText text, int index, double[] valences)
    {
        var token = text.Tokens[index];
        if (token.Valence is { } symbol)
        {
            valences[index] = symbol;
            return 1;
        }

        var (valence, length) = FindPhrase(text.Tokens, index);
        if (length == 0)
        {
            length = 1;
            valence = IsOnlyModifier(text.Tokens, index) ? 0 : lexicon.Valence(token.Word);
        }

        if (valence == 0)
        {
            return length;
        }

        valence *= token.IsShouted && !text.IsShoutedThroughout ? Shouting : 1;
        valence *= token.IsStretched ? Stretching : 1;
        valences[index] = valence * Bend(text.Tokens, index, valence);
        return length;
    }

    private (double Valence, int Length) FindPhrase(IReadOnlyList<SentimentToken> tokens, int index)
    {
        if (!lexicon.PhraseStarts.Contains(tokens[index].Word))
        {
            return (0, 0);
        }

        for (var length = Math.Min(lexicon.LongestPhrase, tokens.Count - index); length >= 2; length--)
        {
            var phrase = string.Join(' ', Enumerable.Range(index, length).Select(position => tokens[position].Word));
            if (lexicon.Phrases.TryGetValue(phrase, out var valence))
            {
                return (valence, length);
            }
        }

        return (0, 0);
    }

    // "terribly funny", "no good": a word that bends the next one says nothing by itself.
    private bool IsOnlyModifier(IReadOnlyList<SentimentToken> tokens, int index)
    {
        var word = tokens[index].Word;
        if (SentimentWords.Negators.Contains(word))
        {
            // "fails" and "lacks" are complaints even with nothing to turn round.
            return word is not ("fail" or "fails" or "failed" or "lack" or "lacks" or "lacking" or "lacked") || BendsNext(tokens, index);
        }

        return SentimentWords.Boosters.ContainsKey(word) && BendsNext(tokens, index);
    }

    private bool BendsNext(IReadOnlyList<SentimentToken> tokens, int index)
    {
        for (var next = index + 1; next < tokens.Count && next <= index + 2; next++)
        {
            if (tokens[next].Clause == tokens[index].Clause && tokens[next].Valence is null
                && !SentimentWords.IsModifier(tokens[next].Word) && lexicon.Valence(tokens[next].Word) != 0)
            {
                return true;
            }
        }

        return false;
    }

    // The factor that the words before put on a valence.
    private static double Bend(IReadOnlyList<SentimentToken> tokens, int index, double valence)
    {
        var strength = 1.0;
        var isNegated = false;
        for (var distance = 1; distance <= Window && index - distance >= 0; distance++)
        {
            var before = tokens[index - distance];
            if (before.Clause != tokens[index].Clause || SentimentWords.Turns.Contains(before.Word))
            {
                break;
            }

            if (SentimentWords.Negators.Contains(before.Word))
            {
                // "not only good": no negation. Two of them cancel out.
                var isFalseAlarm = index - distance + 1 < tokens.Count && tokens[index - distance + 1].Word is "only" or "just" or "merely";
                isNegated ^= !isFalseAlarm;
            }
            else if (distance <= 3 && SentimentWords.Boosters.TryGetValue(before.Word, out var booster))
            {
                strength += booster * (1.05 - (0.05 * distance)) * (before.IsShouted ? Shouting : 1);
            }
        }

        return Math.Max(0.2, strength) * (!isNegated ? 1 : valence > 0 ? NegatedPraise : NegatedBlame);
    }

    // "slow, but good": what stands before the turn counts less, what follows counts more. "While good, it is slow": the other way round.
    private static void WeighClauses(IReadOnlyList<SentimentToken> tokens, double[] valences)
    {
        for (var index = 0; index < tokens.Count; index++)
        {
            var token = tokens[index];
            var startsClause = index == 0 || tokens[index - 1].Clause != token.Clause;
            if (token.Word == "but" || (startsClause && SentimentWords.Turns.Contains(token.Word)))
            {
                for (var before = index - 1; before >= 0 && tokens[before].Sentence == token.Sentence; before--)
                {
                    valences[before] *= BeforeTurn;
                }

                for (var after = index + 1; after < tokens.Count && tokens[after].Sentence == token.Sentence; after++)
                {
                    valences[after] *= AfterTurn;
                }
            }
            else if (startsClause && SentimentWords.Concessions.Contains(token.Word))
            {
                for (var after = index + 1; after < tokens.Count && tokens[after].Clause == token.Clause; after++)
                {
                    valences[after] *= BeforeTurn;
                }
            }
        }
    }

    private static SentimentFeatures Sum(TokenizedText text, double[] valences)
    {
        var (praise, blame, hits) = (0.0, 0.0, 0);
        foreach (var valence in valences)
        {
            praise += Math.Max(0, valence);
            blame -= Math.Min(0, valence);
            hits += valence != 0 ? 1 : 0;
        }

        var sum = praise - blame;
        var emphasis = (Math.Min(4, text.Exclamations) * Exclamation) + (text.Questions > 1 ? Math.Min(5, text.Questions) * ManyQuestions : 0);
        sum += Math.Sign(sum) * emphasis;
        return new SentimentFeatures(
            Compound: sum / Math.Sqrt((sum * sum) + CompoundScale),
            Mixture: 2 * Math.Min(praise, blame) / (praise + blame + 1),
            Words: valences.Length,
            Hits: hits);
    }
}
