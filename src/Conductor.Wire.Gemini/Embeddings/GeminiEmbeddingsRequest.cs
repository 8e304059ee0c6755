using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>A request for vectors, of `embedContent` or `batchEmbedContents`.</summary>
public sealed record GeminiEmbeddingsRequest
{
    /// <summary>The texts, never empty ones; a content's parts are one text.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Length of the vectors; null = the model's own.</summary>
    public int? Dimensions { get; init; }

    /// <summary>`taskType`, `title` and whatever else the first item says, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Extra { get; init; } = [];
}
