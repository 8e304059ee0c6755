namespace Conductor.Wire.OpenAI;

/// <summary>An embeddings request.</summary>
public sealed record OpenAIEmbeddingsRequest
{
    /// <summary>Null where the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>The texts, never empty ones; null where the body holds token ids.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>The token ids of each input, 0 and above, never none of them; null where the body holds texts. Whose vocabulary they are of, the dialect does not say.</summary>
    public IReadOnlyList<int[]>? Tokens { get; init; }

    /// <summary>How many vectors are asked for, for texts and for token ids.</summary>
    public required int Count { get; init; }

    /// <summary>Length of the vectors; null = the model's own.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether the caller wants base64 (little-endian 32-bit floats) and not numbers.</summary>
    public bool WantsBase64 { get; init; }

    /// <summary>Names of the members that are none of these, `user` among them.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];
}
