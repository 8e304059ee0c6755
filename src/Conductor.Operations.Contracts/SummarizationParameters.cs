namespace Conductor.Operations;

/// <summary>How long a summary is, and in which shape.</summary>
public sealed record SummarizationParameters
{
    /// <summary>At most this many sentences, 1 to 50; null = chosen from the text's length.</summary>
    public int? MaxSentences { get; init; }

    /// <summary>At most this many words, 10 to 2,000; null = chosen from the text's length.</summary>
    public int? MaxWords { get; init; }

    /// <summary>`paragraph` or `bullets`; null = `paragraph`.</summary>
    public string? Style { get; init; }
}
