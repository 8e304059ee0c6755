using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>The members of a request that routing, limits and prices need, read in one pass without building anything else. Model and stream are not among them: they stand in the address.</summary>
/// <remarks>The pass is strict, because a body that goes on as bytes is never looked at again: UTF-8, one object, known members of their type, numbers in range.</remarks>
public sealed record GeminiPeek
{
    /// <summary>The largest `candidateCount` that is taken.</summary>
    public const int MaxCandidates = 128;

    /// <summary>`generationConfig.temperature`, 0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>`generationConfig.maxOutputTokens`.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>`generationConfig.candidateCount`.</summary>
    public int? Candidates { get; init; }

    /// <summary>`generationConfig.thinkingConfig.includeThoughts`.</summary>
    public bool ShowsThoughts { get; init; }

    /// <summary>Whether there is a member `contents`; where there is, it is an array and not empty.</summary>
    public bool HasContents { get; init; }

    /// <summary>Whether there is a member `content` or `requests`: what vectors are asked for with.</summary>
    public bool HasInput { get; init; }

    /// <summary>Whether there is a member `requests`: several vectors are asked for.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Where the values of `model` stand that have to be those of the address: at the top, in `requests` and in `generateContentRequest`. In order.</summary>
    public IReadOnlyList<(int Start, int Length)> ModelSpans { get; init; } = [];

    /// <summary>Reads the members.</summary>
    /// <exception cref="WireRequestException">The body is not such an object, or one of its known members is wrong.</exception>
    public static GeminiPeek Read(ReadOnlySpan<byte> body) => new PeekReader().Read(body);
}
