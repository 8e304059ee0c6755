namespace Conductor.Wire.Gemini;

/// <summary>One row of `/v1beta/models`.</summary>
/// <param name="Id">The name to call it by, without `models/`; it may hold slashes.</param>
public sealed record GeminiModel(string Id)
{
    /// <summary>The name people read.</summary>
    public string? DisplayName { get; init; }

    /// <summary>A sentence about it.</summary>
    public string? Description { get; init; }

    /// <summary>For example `001`.</summary>
    public string? Version { get; init; }

    /// <summary>Longest input, in tokens; null where unknown.</summary>
    public int? InputTokenLimit { get; init; }

    /// <summary>Longest answer, in tokens; null where unknown.</summary>
    public int? OutputTokenLimit { get; init; }

    /// <summary>What may be called: `generateContent`, `countTokens`, `embedContent` …</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Whether it thinks; null where the list does not say.</summary>
    public bool? Thinks { get; init; }
}
