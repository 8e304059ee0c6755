namespace Conductor.Providers;

/// <summary>A request that goes out as bytes.</summary>
public sealed class RawRequest
{
    /// <summary>The dialect's name, for example `openai`.</summary>
    public required string Dialect { get; init; }

    /// <summary>Which endpoint of the dialect.</summary>
    public required RawEndpoint Endpoint { get; init; }

    /// <summary>The provider's own name of the model; the body already bears it where the dialect puts it there.</summary>
    public required string ModelId { get; init; }

    /// <summary>The body, UTF-8 JSON. Valid until the call ends.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether the caller asked for a stream.</summary>
    public required bool IsStreaming { get; init; }

    /// <summary>
    /// The longest answer in tokens, to be said in the target's words; null where the body says it itself, or nothing has to be said. Only where <see cref="IRawTransport.AddsLimit"/>
    /// is true, and only with a body that has no such member under any of its names.
    /// </summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Headers of the caller's that are part of the dialect, for example `anthropic-beta`; names in lower case, never one that bears a key. Usually none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}
