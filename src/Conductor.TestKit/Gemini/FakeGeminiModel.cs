namespace Conductor.TestKit;

/// <summary>A model of a <see cref="FakeGemini"/>.</summary>
public sealed record FakeGeminiModel
{
    /// <summary>Without `models/`.</summary>
    public required string Name { get; init; }

    /// <summary>What it may be asked for.</summary>
    public IReadOnlyList<string> Methods { get; init; } = ["generateContent", "countTokens"];

    /// <summary>Longest input, in tokens.</summary>
    public int InputTokenLimit { get; init; } = 1_048_576;

    /// <summary>Longest answer, in tokens.</summary>
    public int OutputTokenLimit { get; init; } = 65_536;

    /// <summary>Whether it signs its function calls, and refuses one that comes back unsigned, as the third generation does.</summary>
    public bool Signs { get; init; }

    /// <summary>Whether it is said to think.</summary>
    public bool Thinks { get; init; }
}
