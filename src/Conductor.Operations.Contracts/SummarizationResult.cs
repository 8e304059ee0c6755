namespace Conductor.Operations;

/// <summary>A text in short.</summary>
public sealed record SummarizationResult
{
    /// <summary>The summary.</summary>
    public required string Summary { get; init; }

    /// <summary>What matters most, a phrase or sentence each, most important first; may be empty.</summary>
    public required IReadOnlyList<string> KeyPoints { get; init; }

    /// <summary>Length of the summary divided by the length of the text, both in UTF-16 code units, to four decimals.</summary>
    public required double CompressionRatio { get; init; }
}
