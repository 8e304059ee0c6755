namespace Conductor.Storage;

/// <summary>An answer of OpenAI's Responses dialect that a caller may read again and go on from.</summary>
public sealed record StoredResponse
{
    /// <summary>For example `resp_…`; unique within its tenant.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is. To every other tenant it does not exist.</summary>
    public required string TenantId { get; init; }

    /// <summary>The answer that this one went on from; null for the first of a conversation.</summary>
    public string? PreviousId { get; init; }

    /// <summary>When it was made, to the microsecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it does not exist.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What was asked with it, without what came before: UTF-8 JSON, an array of items.</summary>
    public required ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The whole answer: UTF-8 JSON, an object with `output`.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The ids of its items by which callers may refer to them.</summary>
    public IReadOnlyList<string> ItemIds { get; init; } = [];

    /// <summary>Bytes that it is counted with.</summary>
    public long Size => Input.Length + Body.Length;
}
