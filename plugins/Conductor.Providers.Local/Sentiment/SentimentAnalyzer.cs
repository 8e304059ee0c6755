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
    private const double ShiftedPraise = -0.35; // "tries to be funny"
    private const double ShiftedBlame = 0.6;
    private const double PlainNo = -0.8;
    private const double StrongBooster = 1.5;
    private const double BeforeTurn = 0.5;
    private const double AfterTurn = 1.4;
    private const int MostTurns = 8; // in a sentence; more say nothing more
    private const double Exclamation = 0.25; // each of the first four
    private const double ManyQuestions = 0.2; // each from the second to the fifth
    private const double CompoundScale = 15; // the sum of valences at which the compound reaches 1/√2 is its square root

    private readonly SentimentTokenizer _tokenizer = new(lexicon);

    /// <summary>Measures a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isEnglish">Whether its words can be read; if not, only emoticons, emoji and marks of exclamation speak.</param>
    public SentimentFeatures Measure(string text, bool isEnglish)
    {
        var (tokenized, valences, isFirm) = Weigh(text, isEnglish);
        return Sum(tokenized, valences, isFirm);
    }

    private (TokenizedText Text, double[] Valences, bool[] IsFirm) Weigh(string text, bool isEnglish)
    {
        var tokenized = _tokenizer.Tokenize(text);
        var tokens = tokenized.Tokens;
        var valences = new double[tokens.Count];
        var isFirm = new bool[tokens.Count];
        for (var index = 0; index < tokens.Count;)
        {
            index += isEnglish || tokens[index].Valence is not null ? Judge(tokenized, index, valences, isFirm) : 1;
        }

        WeighClauses(tokens, valences);
        return (tokenized, valences, isFirm);
    }

    // Judges the word or phrase at an index; returns how many tokens it took.
    private int Judge(TokenizedText text, int index, double[] valences, bool[] isFirm)
    {
        var token = text.Tokens[index];
        isFirm[index] = true;
        if (token.Valence is { } symbol)
        {
            valences[index] = symbol;
            return 1;
        }

        var (valence, length) = FindPhrase(text.Tokens, index);
        if (length == 0)
        {
            length = 1;
            valence = WordValence(text.Tokens, index, out isFirm[index]);
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
        if (index + 1 == tokens.Count || !lexicon.PhraseStarts.Contains($"{tokens[index].Word} {tokens[index + 1].Word}"))
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

    private double WordValence(IReadOnlyList<SentimentToken> tokens, int index, out bool isFirm)
    {
        var word = tokens[index].Word;
        var valence = lexicon.Valence(word, out isFirm);
        if (word == "like" && (index == 0 || !SentimentWords.BeforeTheVerbLike.Contains(tokens[index - 1].Word)))
        {
            return 0;
        }

        // "No." as an answer is a refusal; before other words it only bends them. "Fails" and "lacks" are complaints even with nothing to bend.
        if (SentimentWords.Negators.Contains(word))
        {
            var isAnswer = word is "no" or "nope" && (index + 1 == tokens.Count || tokens[index + 1].Clause != tokens[index].Clause || tokens[index + 1].Word == word);
            var isComplaint = word.StartsWith("fail", StringComparison.Ordinal) || word.StartsWith("lack", StringComparison.Ordinal);
            return isAnswer ? PlainNo : isComplaint && !BendsNext(tokens, index) ? valence : 0;
        }

        // "terribly funny": a word that bends the next one says nothing by itself, and weak ones never do.
        return SentimentWords.Boosters.ContainsKey(word) && (Math.Abs(valence) < StrongBooster || BendsNext(tokens, index)) ? 0 : valence;
    }

    private bool BendsNext(IReadOnlyList<SentimentToken> tokens, int index)
    {
        for (var next = index + 1; next < tokens.Count && next <= index + 2; next++)
        {
            if (tokens[next].Clause == tokens[index].Clause && tokens[next].Valence is null
                && !SentimentWords.IsModifier(tokens[next].Word) && lexicon.HasValence(tokens[next].Word))
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
        var factor = 1.0;
        for (var distance = 1; distance <= Window && index - distance >= 0; distance++)
        {
            var before = tokens[index - distance];
            if (before.Clause != tokens[index].Clause || SentimentWords.Turns.Contains(before.Word))
            {
                break;
            }

            var word = before.Word;
            var previous = index - distance > 0 ? tokens[index - distance - 1].Word : "";
            if (factor == 1 && SentimentWords.Negators.Contains(word))
            {
                // "not only good" is no negation, "not without charm" is two.
                var isFalseAlarm = tokens[index - distance + 1].Word is "only" or "just" or "merely" or "necessarily" || SentimentWords.Negators.Contains(previous);
                factor = isFalseAlarm ? 1 : valence > 0 ? NegatedPraise : NegatedBlame;
                if (isFalseAlarm)
                {
                    break;
                }
            }
            else if (factor == 1 && SentimentWords.Shifters.Contains($"{previous} {word}") && (word != "the" || IsFollowedBy(tokens, index, "of")))
            {
                factor = valence > 0 ? ShiftedPraise : ShiftedBlame;
            }
            else if (word == "little" && distance == 1 && valence > 0 && previous is not ("a" or "the" or "this" or "that"))
            {
                factor = ShiftedPraise;
            }
            else if (distance <= 3 && SentimentWords.Boosters.TryGetValue(word, out var booster))
            {
                strength += booster * (1.05 - (0.05 * distance)) * (before.IsShouted ? Shouting : 1);
            }
        }

        return Math.Max(0.2, strength) * factor;
    }

    private static bool IsFollowedBy(IReadOnlyList<SentimentToken> tokens, int index, string word) => index + 1 < tokens.Count && tokens[index + 1].Word == word;

    // "slow, but good": what stands before the turn counts less, what follows counts more. "While good, it is slow": the other way round.
    private static void WeighClauses(IReadOnlyList<SentimentToken> tokens, double[] valences)
    {
        var (turns, sentence) = (0, -1);
        for (var index = 0; index < tokens.Count; index++)
        {
            var token = tokens[index];
            (turns, sentence) = (token.Sentence == sentence ? turns : 0, token.Sentence);
            var startsClause = index == 0 || tokens[index - 1].Clause != token.Clause;
            if (token.Word == "but" || (startsClause && SentimentWords.Turns.Contains(token.Word)))
            {
                if (++turns > MostTurns)
                {
                    continue;
                }

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

    /// <summary>Each token and the valence it ended with, for looking at why a text was judged as it was.</summary>
    internal IReadOnlyList<(string Word, double Valence)> Explain(string text)
    {
        var (tokenized, valences, _) = Weigh(text, isEnglish: true);
        return [.. tokenized.Tokens.Select((token, index) => (token.Word, valences[index]))];
    }

    private static SentimentFeatures Sum(TokenizedText text, double[] valences, bool[] isFirm)
    {
        var (praise, blame, firm, hits) = (0.0, 0.0, 0.0, 0);
        for (var index = 0; index < valences.Length; index++)
        {
            praise += Math.Max(0, valences[index]);
            blame -= Math.Min(0, valences[index]);
            firm += isFirm[index] ? valences[index] : 0;
            hits += valences[index] != 0 ? 1 : 0;
        }

        var emphasis = (Math.Min(4, text.Exclamations) * Exclamation) + (text.Questions > 1 ? Math.Min(5, text.Questions) * ManyQuestions : 0);
        return new SentimentFeatures(
            Compound: Squash(praise - blame, emphasis),
            Firm: Squash(firm, emphasis),
            Mixture: 2 * Math.Min(praise, blame) / (praise + blame + 1),
            Words: valences.Length,
            Hits: hits,
            IsChat: text.IsChat);
    }

    private static double Squash(double sum, double emphasis)
    {
        sum += Math.Sign(sum) * emphasis;
        return sum / Math.Sqrt((sum * sum) + CompoundScale);
    }
}
