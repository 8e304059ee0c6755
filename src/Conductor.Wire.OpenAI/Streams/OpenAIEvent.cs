namespace Conductor.Wire.OpenAI;

/// <summary>What one event of a stream holds.</summary>
public readonly record struct OpenAIEvent
{
    /// <summary>Text, reasoning, refusal, sound or a tool's delta; not a role alone.</summary>
    public bool HasContent { get; init; }

    /// <summary>A finish reason.</summary>
    public bool IsFinished { get; init; }

    /// <summary>`[DONE]`.</summary>
    public bool IsEnd { get; init; }

    /// <summary>An error object.</summary>
    public bool IsError { get; init; }

    /// <summary>Not a chunk: no JSON, not UTF-8, no object, no choices.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>Usage beside empty `choices`.</summary>
    public bool IsUsageOnly { get; init; }

    /// <summary>The usage stated, on its own or beside content.</summary>
    public WireUsage? Usage { get; init; }
}
