namespace Conductor.Operations;

/// <summary>A generated answer.</summary>
public sealed record ResponseGenerationResult
{
    /// <summary>The answer.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended: `stop`, `length` (cut at the token limit), `content_filter` or `tool_calls`.</summary>
    public required string FinishReason { get; init; }
}
