using System.Text.Json;

namespace Conductor.Operations;

/// <summary>What a text names.</summary>
public sealed record EntityExtractionResult
{
    /// <summary>The entities, in the order of their place in the text.</summary>
    public required IReadOnlyList<ExtractedEntity> Entities { get; init; }

    /// <summary>The text that was searched; indices count in it.</summary>
    public required string Text { get; init; }
}

/// <summary>Something that a text names.</summary>
public sealed record ExtractedEntity
{
    /// <summary>The words as they stand in the text.</summary>
    public required string Text { get; init; }

    /// <summary>What it is, for example `person`, `email`, `money`, `date`; in lower case.</summary>
    public required string Type { get; init; }

    /// <summary>What it means: a number, an ISO 8601 date, `{amount, currency}`; the words themselves where nothing more is known.</summary>
    public required JsonElement Value { get; init; }

    /// <summary>Where it begins, in UTF-16 code units.</summary>
    public required int StartIndex { get; init; }

    /// <summary>Where it ends, exclusive: `text.Substring(start, end - start)` is <see cref="Text"/>.</summary>
    public required int EndIndex { get; init; }

    /// <summary>Probability that it is right, 0 to 1.</summary>
    public required double Confidence { get; init; }
}
