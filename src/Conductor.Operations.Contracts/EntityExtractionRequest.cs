using System.Text.Json;

namespace Conductor.Operations;

/// <summary>A request to `entity_extraction`.</summary>
public sealed record EntityExtractionRequest
{
    /// <summary>The text to search.</summary>
    public required string Text { get; init; }

    /// <summary>The text's language, BCP 47, for example `en`; null = let the model see for itself.</summary>
    public string? Language { get; init; }

    /// <summary>What to look for.</summary>
    public EntityExtractionParameters? Parameters { get; init; }

    /// <summary>Anything that helps to understand the text; models read it, the embedded engine does not.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Context { get; init; }
}

/// <summary>What to look for.</summary>
public sealed record EntityExtractionParameters
{
    /// <summary>Types to look for, at most 64, for example `person`, `email`, `date`; null = every type that is known.</summary>
    public IReadOnlyList<string>? EntityTypes { get; init; }

    /// <summary>The time that words such as "tomorrow" are counted from, by its own clock and calendar; null = now, UTC.</summary>
    public DateTimeOffset? ReferenceTime { get; init; }
}
