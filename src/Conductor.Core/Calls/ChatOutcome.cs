using Microsoft.Extensions.AI;

namespace Conductor.Calls;

/// <summary>A chat answer in exactly one of four forms: whole or streamed, typed or as the caller's dialect's bytes.</summary>
public sealed class ChatOutcome : ModelOutcome
{
    /// <summary>Whole and typed.</summary>
    public ChatResponse? Response { get; init; }

    /// <summary>Whole, in the caller's dialect.</summary>
    public ReadOnlyMemory<byte>? ResponseBytes { get; init; }

    /// <summary>Streamed and typed; the first content is already in hand. Enumerate once.</summary>
    public IAsyncEnumerable<ChatResponseUpdate>? Updates { get; init; }

    /// <summary>
    /// Streamed, in the caller's dialect: each item is one complete event with its blank line, the dialect's end mark included, and only after success.
    /// The first content is already in hand. Enumerate once. An item is valid until the next is asked for.
    /// </summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Events { get; init; }
}
