using System.Collections.Frozen;

namespace Conductor.Providers.Local.Sentiment;

/// <summary>Words that bend the feeling of the words beside them.</summary>
internal static class SentimentWords
{
    /// <summary>How much a word adds to (or, below zero, takes from) the strength of what follows, as a share.</summary>
    public static FrozenDictionary<string, double> Boosters { get; } = new Dictionary<string, double>
    {
        ["absolutely"] = 0.3, ["amazingly"] = 0.25, ["awfully"] = 0.25, ["completely"] = 0.25, ["consistently"] = 0.15, ["damn"] = 0.25,
        ["decidedly"] = 0.2, ["deeply"] = 0.25, ["enormously"] = 0.3, ["entirely"] = 0.25, ["especially"] = 0.2, ["even"] = 0.1,
        ["exceptionally"] = 0.3, ["extremely"] = 0.35, ["exceedingly"] = 0.3, ["frickin"] = 0.3, ["freaking"] = 0.3, ["friggin"] = 0.3,
        ["fucking"] = 0.3, ["fully"] = 0.2, ["greatly"] = 0.25, ["hella"] = 0.25, ["highly"] = 0.25, ["hugely"] = 0.3, ["incredibly"] = 0.35,
        ["insanely"] = 0.3, ["intensely"] = 0.3, ["majorly"] = 0.25, ["more"] = 0.1, ["most"] = 0.2, ["much"] = 0.15, ["particularly"] = 0.2,
        ["perfectly"] = 0.2, ["positively"] = 0.2, ["purely"] = 0.2, ["quite"] = 0.15, ["real"] = 0.15, ["really"] = 0.25, ["remarkably"] = 0.25,
        ["seriously"] = 0.2, ["so"] = 0.25, ["substantially"] = 0.2, ["such"] = 0.15, ["super"] = 0.25, ["surprisingly"] = 0.15,
        ["terribly"] = 0.25, ["thoroughly"] = 0.25, ["too"] = 0.1, ["total"] = 0.2, ["totally"] = 0.25, ["tremendously"] = 0.3, ["truly"] = 0.25,
        ["uber"] = 0.25, ["unbelievably"] = 0.3, ["unusually"] = 0.2, ["utterly"] = 0.3, ["very"] = 0.3, ["wildly"] = 0.25,
        ["almost"] = -0.25, ["barely"] = -0.4, ["faintly"] = -0.3, ["fairly"] = -0.15, ["kinda"] = -0.25, ["less"] = -0.4, ["little"] = -0.3,
        ["marginally"] = -0.35, ["mildly"] = -0.3, ["moderately"] = -0.25, ["mostly"] = -0.1, ["nearly"] = -0.2, ["occasionally"] = -0.25,
        ["partly"] = -0.3, ["rather"] = -0.05, ["relatively"] = -0.2, ["scarcely"] = -0.4, ["slightly"] = -0.35, ["sometimes"] = -0.2,
        ["somewhat"] = -0.3, ["sorta"] = -0.25, ["vaguely"] = -0.35,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Words that turn what follows into its opposite.</summary>
    public static FrozenSet<string> Negators { get; } = new[]
    {
        "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "nowhere", "without", "cannot", "n't", "hardly", "rarely", "seldom",
        "barely", "scarcely", "lack", "lacks", "lacking", "lacked", "fail", "fails", "failed", "aint", "ain't", "arent", "aren't", "cant", "can't",
        "couldnt", "couldn't", "darent", "didnt", "didn't", "doesnt", "doesn't", "dont", "don't", "hadnt", "hadn't", "hasnt", "hasn't", "havent",
        "haven't", "isnt", "isn't", "mightnt", "mustnt", "mustn't", "neednt", "needn't", "shant", "shan't", "shouldnt", "shouldn't", "wasnt",
        "wasn't", "werent", "weren't", "wont", "won't", "wouldnt", "wouldn't", "nope",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words after which the writer's own view comes; what stands before them in the sentence counts less.</summary>
    public static FrozenSet<string> Turns { get; } = new[] { "but", "however", "yet", "nevertheless", "nonetheless", "still" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words that begin a clause which gives way to the next one.</summary>
    public static FrozenSet<string> Concessions { get; } =
        new[] { "although", "though", "while", "despite", "albeit", "notwithstanding" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Pairs of words after which praise is only hoped for, missed or denied: "tries to be funny", "would have been good", "a lack of wit".</summary>
    public static FrozenSet<string> Shifters { get; } = new[]
    {
        "hard to", "difficult to", "impossible to", "tries to", "try to", "tried to", "trying to", "attempts to", "attempt to", "supposed to", "meant to",
        "wants to", "pretends to", "fails to", "failed to", "fail to", "failure to", "unable to", "refuses to", "too hard", "would have", "could have",
        "should have", "might have", "would 've", "could 've", "should 've", "if only", "instead of", "lack of", "lacks the", "devoid of", "short of",
        "absence of", "rather than", "less than", "other than", "far from", "all the",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Words before `like` that make it a verb; elsewhere it compares.</summary>
    public static FrozenSet<string> BeforeTheVerbLike { get; } = new[]
    {
        "i", "we", "you", "they", "would", "'d", "do", "does", "did", "to", "really", "also", "who", "people", "n't", "not", "don't", "dont", "didn't",
        "didnt", "doesn't", "doesnt", "will", "i'd", "still", "actually", "never", "always",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsModifier(string word) => Boosters.ContainsKey(word) || Negators.Contains(word);
}
