using System.Text.Json;

namespace Conductor.Operations;

/// <summary>A request to `summarization`.</summary>
public sealed record SummarizationRequest
{
    /// <summary>The text to shorten.</summary>
    public required string Text { get; init; }

    /// <summary>The text's language, BCP 47, for example `en`; null = let the model see for itself.</summary>
    public string? Language { get; init; }

    /// <summary>How long, and in which shape.</summary>
    public SummarizationParameters? Parameters { get; init; }

    /// <summary>Anything that helps to understand the text; models read it, the extractive engine does not.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }
}
