using System.Text.Json;

namespace Conductor.Operations;

/// <summary>A request to `response_generation`: a text, a conversation, or a conversation and the text that comes next.</summary>
public sealed record ResponseGenerationRequest
{
    /// <summary>What the user says now; may be absent where the parameters hold messages.</summary>
    public string? Text { get; init; }

    /// <summary>The language to answer in, BCP 47, for example `en`; null = the user's.</summary>
    public string? Language { get; init; }

    /// <summary>The conversation so far.</summary>
    public ResponseGenerationParameters? Parameters { get; init; }

    /// <summary>What the answer may draw on; given to the model as part of its instructions.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }
}
