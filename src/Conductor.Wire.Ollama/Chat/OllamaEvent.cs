namespace Conductor.Wire.Ollama;

/// <summary>What one line of a stream holds.</summary>
public readonly record struct OllamaEvent
{
    /// <summary>Text, thinking or a tool call.</summary>
    public bool HasContent { get; init; }

    /// <summary>`done: true`; nothing follows.</summary>
    public bool IsFinished { get; init; }

    /// <summary>The line is an error; <see cref="OllamaErrorReader"/> reads it.</summary>
    public bool IsError { get; init; }

    /// <summary>Not a line of an answer: no JSON, not UTF-8, no object, nothing of what an answer is made of.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>The usage stated; null unless the prompt was counted.</summary>
    public WireUsage? Usage { get; init; }
}
