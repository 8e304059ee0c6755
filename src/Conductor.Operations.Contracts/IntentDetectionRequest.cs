using System.Text.Json;

namespace Conductor.Operations;

/// <summary>A request to `intent_detection`.</summary>
public sealed record IntentDetectionRequest
{
    /// <summary>What somebody said.</summary>
    public required string Text { get; init; }

    /// <summary>The text's language, BCP 47, for example `en`; null = let the model see for itself.</summary>
    public string? Language { get; init; }

    /// <summary>The intents to choose from, and how sure the choice has to be.</summary>
    public required IntentDetectionParameters Parameters { get; init; }

    /// <summary>Anything that helps to understand the text, for example what was said before; models read it, the embedded engine does not.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }
}
