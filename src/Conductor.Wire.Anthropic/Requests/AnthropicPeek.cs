namespace Conductor.Wire.Anthropic;

/// <summary>The top-level members of a request that routing, limits and prices need, read in one pass without building anything else.</summary>
/// <remarks>
/// The pass is strict, because a body that goes on as bytes is never looked at again: UTF-8, one object, known members once and of their type,
/// numbers within the dialect's ranges. Unknown members pass.
/// </remarks>
public sealed record AnthropicPeek
{
    /// <summary>Null where the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>Where the value of `model` stands, quotes included; (0, 0) where it does not.</summary>
    public (int Start, int Length) ModelSpan { get; init; }

    /// <summary>`stream`.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Conductor's own member `provider`; null where absent.</summary>
    public string? Provider { get; init; }

    /// <summary>Where the member `provider` stands, from its name's quote to its value's end; (0, 0) where it does not.</summary>
    public (int Start, int Length) ProviderSpan { get; init; }

    /// <summary>`temperature`, 0 to 1.</summary>
    public double? Temperature { get; init; }

    /// <summary>`max_tokens`, 1 and above.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Whether there is a member `messages`; where there is, it is an array of objects and not empty.</summary>
    public bool HasMessages { get; init; }

    /// <summary>Reads the members.</summary>
    /// <exception cref="WireRequestException">The body is not such an object, or one of its known members is wrong.</exception>
    public static AnthropicPeek Read(ReadOnlySpan<byte> body) => PeekReader.Read(body);
}
