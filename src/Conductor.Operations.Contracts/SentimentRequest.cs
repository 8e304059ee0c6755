using System.Text.Json;

namespace Conductor.Operations;

/// <summary>A request to `sentiment_analysis`.</summary>
public sealed record SentimentRequest
{
    /// <summary>The text to judge.</summary>
    public required string Text { get; init; }

    /// <summary>The text's language, BCP 47, for example `en`; null = let the model see for itself.</summary>
    public string? Language { get; init; }

    /// <summary>Anything that helps to understand the text; models read it, the lexicon does not.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }
}
