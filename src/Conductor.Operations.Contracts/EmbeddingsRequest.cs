namespace Conductor.Operations;

/// <summary>A request to `embeddings`: a text, or several.</summary>
public sealed record EmbeddingsRequest
{
    /// <summary>The text, at most 8,192 UTF-16 code units; null where <see cref="Texts"/> is given.</summary>
    public string? Text { get; init; }

    /// <summary>The texts, 1 to 256, each at most 8,192 UTF-16 code units; null where <see cref="Text"/> is given.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>The shape of the vectors.</summary>
    public EmbeddingsParameters? Parameters { get; init; }
}

/// <summary>The shape of the vectors.</summary>
public sealed record EmbeddingsParameters
{
    /// <summary>The texts, where they are not given beside the parameters.</summary>
    public IReadOnlyList<string>? Texts { get; init; }

    /// <summary>Length of the vectors; null = the model's own. Models that cannot shorten theirs refuse another.</summary>
    public int? Dimensions { get; init; }
}
