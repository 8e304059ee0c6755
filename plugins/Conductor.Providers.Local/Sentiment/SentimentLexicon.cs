using System.Globalization;
using System.Reflection;
using System.Text;

namespace Conductor.Providers.Local.Sentiment;

/// <summary>Valences of words, phrases, emoticons and emoji, −4 (worst) to 4 (best), merged from the files in `Lexicons/`.</summary>
internal sealed class SentimentLexicon
{
    // Scales that bring the other sources to VADER's −4..4: the slopes of a least-squares fit on the words they share with it.
    private const double AfinnScale = 0.72;
    private const double PatternScale = 2.4;
    private const double EmojiScale = 0.72;

    private readonly Dictionary<string, float> _words;
    private readonly Dictionary<string, float> _derived;
    private readonly Dictionary<string, float> _emoticons;
    private readonly Dictionary<string, float>.AlternateLookup<ReadOnlySpan<char>> _emoticonLookup;

    private SentimentLexicon(
        Dictionary<string, float> words, Dictionary<string, float> derived, Dictionary<string, float> emoticons, Dictionary<int, float> emoji,
        IReadOnlyDictionary<string, float> phrases)
    {
        _words = words;
        _derived = derived;
        _emoticons = emoticons;
        _emoticonLookup = _emoticons.GetAlternateLookup<ReadOnlySpan<char>>();
        Emoji = emoji;
        Phrases = phrases;
        PhraseStarts = phrases.Keys.Select(phrase => string.Join(' ', phrase.Split(' ').Take(2))).ToHashSet(StringComparer.Ordinal);
        LongestPhrase = phrases.Keys.Max(phrase => phrase.Count(character => character == ' ') + 1);
    }

    /// <summary>Valence of an emoji, by code point.</summary>
    public IReadOnlyDictionary<int, float> Emoji { get; }

    /// <summary>Valence of phrases, words parted by one space.</summary>
    public IReadOnlyDictionary<string, float> Phrases { get; }

    /// <summary>The first two words of every phrase.</summary>
    public IReadOnlySet<string> PhraseStarts { get; }

    /// <summary>Words in the longest phrase.</summary>
    public int LongestPhrase { get; }

    /// <summary>Reads the embedded files; some milliseconds.</summary>
    public static SentimentLexicon Load()
    {
        var vader = Read("vader.tsv");
        var words = new Dictionary<string, float>(StringComparer.Ordinal);
        var emoticons = new Dictionary<string, float>(StringComparer.OrdinalIgnoreCase);

        var seconds = new Dictionary<string, float>(StringComparer.Ordinal);
        Merge(seconds, Read("afinn.tsv"), AfinnScale, weight: 1);
        Merge(seconds, Read("pattern.tsv"), PatternScale, weight: 1);
        foreach (var (word, valence) in seconds)
        {
            words[word] = valence;
        }

        // Where VADER and the others differ the mean stands, VADER's raters counting double.
        foreach (var (word, valence) in vader)
        {
            if (char.IsLetterOrDigit(word[0]))
            {
                words[word] = seconds.TryGetValue(word, out var second) ? ((2 * valence) + second) / 3 : valence;
            }
            else
            {
                emoticons[word] = valence;
            }
        }

        foreach (var (word, valence) in Read("words.tsv"))
        {
            words[word] = valence;
        }

        return new SentimentLexicon(words, Read("derived.tsv"), emoticons, ReadEmoji(), Read("phrases.tsv"));
    }

    /// <summary>Whether a word carries feeling or bends the feeling of others.</summary>
    public bool Knows(string word) => _words.ContainsKey(word) || _derived.ContainsKey(word) || SentimentWords.IsModifier(word);

    /// <summary>The word's valence; for an unlisted form, that of the word it is made from. 0 for a word without feeling.</summary>
    /// <param name="word">The word, in lower case.</param>
    /// <param name="isFirm">Whether people rated the word or one it is made from; false for a valence that was computed from its neighbours.</param>
    public double Valence(string word, out bool isFirm)
    {
        isFirm = true;
        if (_words.TryGetValue(word, out var valence))
        {
            return valence;
        }

        if (_derived.TryGetValue(word, out valence))
        {
            isFirm = false;
            return valence;
        }

        return WordForms.Valence(word, _words);
    }

    /// <summary>Whether the word has a valence at all.</summary>
    public bool HasValence(string word) => Valence(word, out _) != 0;

    public bool TryEmoticon(ReadOnlySpan<char> symbol, out double valence)
    {
        var found = _emoticonLookup.TryGetValue(symbol, out var value);
        valence = value;
        return found;
    }

    private static void Merge(Dictionary<string, float> into, Dictionary<string, float> source, double scale, int weight)
    {
        foreach (var (word, valence) in source)
        {
            var scaled = (float)(valence * scale);
            into[word] = into.TryGetValue(word, out var other) ? ((other * weight) + scaled) / (weight + 1) : scaled;
        }
    }

    private static Dictionary<int, float> ReadEmoji()
    {
        var emoji = new Dictionary<int, float>();
        foreach (var (symbol, valence) in Read("emoji.tsv"))
        {
            emoji[Rune.GetRuneAt(symbol, 0).Value] = (float)(valence * EmojiScale);
        }

        return emoji;
    }

    // One entry a line: word, tab, number. Lines that begin with "# " are remarks.
    private static Dictionary<string, float> Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The embedded lexicon '{file}' is missing from the plugin's assembly.");
        using var reader = new StreamReader(stream);
        var entries = new Dictionary<string, float>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.LastIndexOf('\t');
            if (tab > 0 && !line.StartsWith("# ", StringComparison.Ordinal))
            {
                entries[line[..tab]] = float.Parse(line.AsSpan(tab + 1), CultureInfo.InvariantCulture);
            }
        }

        return entries;
    }
}
