using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>A request in Microsoft.Extensions.AI's types.</summary>
/// <param name="Messages">What came before and the input; never empty.</param>
/// <param name="Options">Everything else; <see cref="ChatOptions.ModelId"/> is `model`. What has no member of its own: see <see cref="ChatKeys"/>.</param>
/// <param name="Body">The whole body, for <see cref="ResponsesEcho"/> and for whoever keeps the input.</param>
public sealed record ResponsesRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions Options, JsonElement Body)
{
    /// <summary>`stream`.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>`store`; true where the body does not say.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>`previous_response_id`; null where absent.</summary>
    public string? PreviousId { get; init; }
}
