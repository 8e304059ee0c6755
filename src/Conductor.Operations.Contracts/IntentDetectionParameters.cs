using System.Text.Json.Serialization;

namespace Conductor.Operations;

/// <summary>The intents to choose from, and how sure the choice has to be.</summary>
public sealed record IntentDetectionParameters
{
    /// <summary>1 to 512 intents; names differ from one another.</summary>
    public required IReadOnlyList<PossibleIntent> PossibleIntents { get; init; }

    /// <summary>Least confidence, 0 to 1. Below it the intent is `unknown`; null = the best guess always stands.</summary>
    public double? Threshold { get; init; }
}

/// <summary>An intent that a text may have. In JSON its name alone, or `{name, description, examples}`.</summary>
[JsonConverter(typeof(PossibleIntentConverter))]
public sealed record PossibleIntent
{
    /// <summary>The name that the result gives, for example `cancel_order`.</summary>
    public required string Name { get; init; }

    /// <summary>What it means, in a sentence; null where the name says it.</summary>
    public string? Description { get; init; }

    /// <summary>Texts that have this intent; null for none.</summary>
    public IReadOnlyList<string>? Examples { get; init; }

    /// <summary>An intent of which only the name is known.</summary>
    public static implicit operator PossibleIntent(string name) => FromString(name);

    /// <summary>An intent of which only the name is known.</summary>
    public static PossibleIntent FromString(string name) => new() { Name = name };
}
