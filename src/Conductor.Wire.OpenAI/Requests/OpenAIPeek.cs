using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>The top-level members of a request that routing, limits and prices need, read in one pass without building anything else.</summary>
/// <remarks>
/// The pass is strict, because a body that goes on as bytes is never looked at again: UTF-8, one object, known members once and of their type,
/// numbers within the dialect's ranges. Unknown members pass.
/// </remarks>
public sealed record OpenAIPeek
{
    /// <summary>Null where the body names none.</summary>
    public string? Model { get; init; }

    /// <summary>Where the value of `model` stands, quotes included; (0, 0) where it does not.</summary>
    public (int Start, int Length) ModelSpan { get; init; }

    /// <summary>`stream`.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>`stream_options.include_usage`.</summary>
    public bool WantsUsage { get; init; }

    /// <summary>Where the value of `stream_options` stands; (0, 0) where it does not.</summary>
    public (int Start, int Length) StreamOptionsSpan { get; init; }

    /// <summary>Conductor's own member `provider`; null where absent.</summary>
    public string? Provider { get; init; }

    /// <summary>Where the member `provider` stands, from its name's quote to its value's end; (0, 0) where it does not.</summary>
    public (int Start, int Length) ProviderSpan { get; init; }

    /// <summary>`temperature`, 0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>`max_completion_tokens`, or else `max_tokens`.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>`n`, the number of answers; null where the body does not say.</summary>
    public int? Choices { get; init; }

    /// <summary>Whether there is a member `messages`; where there is, it is an array and not empty.</summary>
    public bool HasMessages { get; init; }

    /// <summary>Whether there is a member `input`; where there is, it is a string or an array and not empty.</summary>
    public bool HasInput { get; init; }

    /// <summary>Reads the members.</summary>
    /// <exception cref="WireRequestException">The body is not such an object, or one of its known members is wrong.</exception>
    public static OpenAIPeek Read(ReadOnlySpan<byte> body) => PeekReader.Read(body, isCompletion: false);

    /// <summary>Reads a request of `/v1/completions`, where `logprobs` is a number and `max_tokens` may be 0.</summary>
    /// <exception cref="WireRequestException">As for <see cref="Read"/>.</exception>
    public static OpenAIPeek ReadCompletion(ReadOnlySpan<byte> body) => PeekReader.Read(body, isCompletion: true);
}
