namespace Conductor.Operations;

/// <summary>The conversation that an answer continues.</summary>
public sealed record ResponseGenerationParameters
{
    /// <summary>The messages so far, oldest first, at most 256.</summary>
    public IReadOnlyList<ResponseGenerationMessage>? Messages { get; init; }

    /// <summary>Whether the answer comes piece by piece, while the model writes it; null = whole.</summary>
    public bool? Stream { get; init; }
}

/// <summary>One message of a conversation.</summary>
public sealed record ResponseGenerationMessage
{
    /// <summary>`system`, `user` or `assistant`.</summary>
    public required string Role { get; init; }

    /// <summary>What was said.</summary>
    public required string Content { get; init; }
}
