namespace Conductor.Wire.Gemini;

/// <summary>What one piece of a stream holds.</summary>
public readonly record struct GeminiEvent
{
    /// <summary>A part that is more than an empty text.</summary>
    public bool HasContent { get; init; }

    /// <summary>A finish reason, or that the prompt was refused: there will be no other.</summary>
    public bool IsFinished { get; init; }

    /// <summary>An error object.</summary>
    public bool IsError { get; init; }

    /// <summary>Not a piece of an answer: no JSON, not UTF-8, no object, nothing known in it.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>The usage stated so far.</summary>
    public WireUsage? Usage { get; init; }
}
