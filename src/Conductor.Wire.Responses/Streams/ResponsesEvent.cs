namespace Conductor.Wire.Responses;

/// <summary>What one event of a stream holds.</summary>
public readonly record struct ResponsesEvent
{
    /// <summary>Text, reasoning, a refusal, arguments, or an item that is done.</summary>
    public bool HasContent { get; init; }

    /// <summary>`response.completed` or `response.incomplete`; nothing follows.</summary>
    public bool IsFinished { get; init; }

    /// <summary>The failure that `error` or `response.failed` tells of.</summary>
    public WireError? Error { get; init; }

    /// <summary>Not an event: no JSON, not UTF-8, no object, no type.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>The usage stated.</summary>
    public WireUsage? Usage { get; init; }
}
