namespace Conductor.Wire;

/// <summary>What not every dialect can say of an answer. What is not in this list, all of them can: text, thinking and its signatures, calls, the reason of the end, tokens in and out.</summary>
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

    /// <summary>All of it.</summary>
    All = Choices | Logprobs | StopSequence | CacheWrites,
}
