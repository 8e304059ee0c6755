using Conductor.Calls;
using Conductor.Money;
using Microsoft.Extensions.AI;

namespace Conductor.Dialects;

/// <summary>What the machine knows of a wire. Pure functions over bytes; the host adapts one `Conductor.Wire.*` project to it.</summary>
public interface IDialect
{
    /// <summary>For example `openai`.</summary>
    string Name { get; }

    /// <summary>Reads the few top-level members that routing needs, without parsing the rest.</summary>
    /// <exception cref="Errors.InvalidRequestException">Not a JSON object, not UTF-8, a known member twice or of the wrong type.</exception>
    DialectPeek Peek(ReadOnlyMemory<byte> body);

    /// <summary>The same, and what this endpoint cannot do without has to be there.</summary>
    /// <exception cref="Errors.InvalidRequestException">As above, or the messages (the inputs) are missing.</exception>
    DialectPeek Peek(ReadOnlyMemory<byte> body, Providers.RawEndpoint endpoint) => Peek(body);

    /// <summary>The whole request, typed.</summary>
    /// <exception cref="Errors.InvalidRequestException">The body is not a chat request; the exception names the member.</exception>
    ChatRequest ParseChat(ReadOnlyMemory<byte> body);

    /// <summary>The whole request, typed.</summary>
    EmbeddingRequest ParseEmbeddings(ReadOnlyMemory<byte> body);

    /// <summary>The same bytes with the model's name replaced, and with usage asked for in a stream.</summary>
    ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> body, DialectPeek peek, string modelId);

    /// <summary>The usage that a whole answer states; null where it states none.</summary>
    /// <exception cref="Providers.ProviderException">The answer is not one: not JSON, no choices, an error in a 200.</exception>
    TokenUsage? ScanResponse(ReadOnlySpan<byte> response, Providers.RawEndpoint endpoint);

    /// <summary>Reads a streamed answer event by event. Disposing it disposes <paramref name="body"/>.</summary>
    /// <param name="body">The answer as it comes from the wire.</param>
    /// <param name="maxEventBytes">A longer event is a failure of the upstream.</param>
    IDialectStream OpenStream(Stream body, int maxEventBytes);

    /// <summary>The end mark as it goes out after success, for example `data: [DONE]` and a blank line; empty where the dialect has none.</summary>
    ReadOnlyMemory<byte> StreamEnd { get; }
}

/// <summary>A streamed answer, read event by event. One reader at a time.</summary>
public interface IDialectStream : IAsyncDisposable
{
    /// <summary>Moves to the next event; false at the end of the bytes.</summary>
    /// <exception cref="Providers.ProviderException">The event is too long, or the connection broke.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The event as it came, its blank line included. Valid until the next read.</summary>
    ReadOnlyMemory<byte> Raw { get; }

    /// <summary>What the event holds.</summary>
    DialectEvent Event { get; }
}

/// <summary>The caller's bytes, and what was peeked at.</summary>
/// <param name="Dialect">The dialect they are in.</param>
/// <param name="Bytes">The body, UTF-8 JSON.</param>
/// <param name="Peek">The members that routing needs.</param>
public sealed record DialectBody(IDialect Dialect, ReadOnlyMemory<byte> Bytes, DialectPeek Peek)
{
    /// <summary>Which of the dialect's endpoints the caller came to; null = the call's usual one.</summary>
    public Providers.RawEndpoint? Endpoint { get; init; }

    /// <summary>True: a target that speaks the dialect is asked typed like all others, because the bytes are not the caller's own or mean something to this gateway alone.</summary>
    public bool IsTypedOnly { get; init; }

    /// <summary>Headers that are part of the dialect and go to targets which speak it, names in lower case.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>Top-level members that are read without parsing the body.</summary>
public sealed record DialectPeek
{
    /// <summary>Null where the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>Where the model's JSON string stands in the body, quotes included; (0, 0) where it does not.</summary>
    public (int Start, int Length) ModelSpan { get; init; }

    public bool IsStreaming { get; init; }

    /// <summary>Whether the caller asked for usage in the stream.</summary>
    public bool WantsUsage { get; init; }

    /// <summary>Where the value of `stream_options` stands; (0, 0) where it does not.</summary>
    public (int Start, int Length) StreamOptionsSpan { get; init; }

    /// <summary>Conductor's own member `provider`, taken out before the body goes on; null where absent.</summary>
    public string? Provider { get; init; }

    /// <summary>Where the member `provider` stands, from its name's quote to its value's end; (0, 0) where it does not.</summary>
    public (int Start, int Length) ProviderSpan { get; init; }

    public double? Temperature { get; init; }

    /// <summary>The largest answer that the caller allows, in tokens; null where it names none.</summary>
    public int? MaxTokens { get; init; }
}

/// <summary>What one event of a stream holds.</summary>
public readonly record struct DialectEvent
{
    /// <summary>Text, reasoning, refusal or a tool's delta: from here on there is no silent switch to another target.</summary>
    public bool HasContent { get; init; }

    /// <summary>A finish reason has come.</summary>
    public bool IsFinished { get; init; }

    /// <summary>The end mark, for example `[DONE]`.</summary>
    public bool IsEnd { get; init; }

    /// <summary>An error inside a successful reply.</summary>
    public bool IsError { get; init; }

    /// <summary>Not what the dialect's events look like.</summary>
    public bool IsInvalid { get; init; }

    /// <summary>The event carries usage and nothing else: left out when the caller did not ask.</summary>
    public bool IsUsageOnly { get; init; }

    public TokenUsage? Usage { get; init; }
}
