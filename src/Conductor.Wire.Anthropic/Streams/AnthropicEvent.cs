namespace Conductor.Wire.Anthropic;

/// <summary>What one event of a stream holds.</summary>
public readonly record struct AnthropicEvent
{
    /// <summary>Text, thinking, a signature, a tool call or its input; not the beginning of an empty block.</summary>
    public bool HasContent { get; init; }

    /// <summary>A stop reason.</summary>
    public bool IsFinished { get; init; }

    /// <summary>`message_stop`.</summary>
    public bool IsEnd { get; init; }

    /// <summary>An error.</summary>
    public bool IsError { get; init; }

    /// <summary>Not an event: no JSON, not UTF-8, no object, no type.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>What all events so far have stated, together; null until one did.</summary>
    public WireUsage? Usage { get; init; }
}
