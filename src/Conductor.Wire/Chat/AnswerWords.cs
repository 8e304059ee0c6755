namespace Conductor.Wire;

/// <summary>What not every dialect can say of an answer. What is not in this list, all of them can: text, thinking, calls, that it stopped or was cut off, tokens in and out.</summary>
[Flags]
public enum AnswerWords
{
    /// <summary>None of it.</summary>
    None = 0,

    /// <summary>More than one choice.</summary>
    Choices = 1,

    /// <summary>Log probabilities of tokens.</summary>
    Logprobs = 2,

    /// <summary>Which stop sequence ended it.</summary>
    StopSequence = 4,

    /// <summary>How many tokens were written to a cache.</summary>
    CacheWrites = 8,

    /// <summary>How many tokens were read from a cache.</summary>
    CacheReads = 16,

    /// <summary>How many tokens went into thinking.</summary>
    ThinkingTokens = 32,

    /// <summary>Signatures of thinking, and thinking that was withheld.</summary>
    Signatures = 64,

    /// <summary>That a content filter ended it.</summary>
    Filtered = 128,

    /// <summary>How many of the tokens were audio.</summary>
    AudioTokens = 256,

    /// <summary>How many of the tokens were pictures.</summary>
    ImageTokens = 512,

    /// <summary>For how long a cache keeps the tokens that were written to it.</summary>
    CacheTimes = 1024,

    /// <summary>Pictures, sound and files that the model made.</summary>
    Media = 2048,

    /// <summary>What every dialect of a provider that runs models for others has.</summary>
    Usual = CacheReads | ThinkingTokens | Signatures | Filtered,

    /// <summary>All of it.</summary>
    All = Choices | Logprobs | StopSequence | CacheWrites | AudioTokens | ImageTokens | CacheTimes | Media | Usual,
}
