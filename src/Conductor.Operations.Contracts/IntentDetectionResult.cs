using System.Text.Json;

namespace Conductor.Operations;

/// <summary>What somebody wants.</summary>
public sealed record IntentDetectionResult
{
    /// <summary>What <see cref="Intent"/> says where no intent reached the threshold.</summary>
    public const string Unknown = "unknown";

    /// <summary>The name of one of the possible intents, as it was given; <see cref="Unknown"/> where none reached the threshold.</summary>
    public required string Intent { get; init; }

    /// <summary>Probability that <see cref="Intent"/> is right, 0 to 1. For `unknown`: that the best alternative is wrong.</summary>
    public required double Confidence { get; init; }

    /// <summary>The next best intents, best first, at most five; for `unknown` the best guess is the first of them.</summary>
    public required IReadOnlyList<IntentScore> Alternatives { get; init; }

    /// <summary>What a model found in the text besides, by name; null where it found nothing. The embedded engine gives none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Entities { get; init; }
}

/// <summary>An intent and how likely it is.</summary>
/// <param name="Intent">Its name.</param>
/// <param name="Confidence">0 to 1.</param>
public sealed record IntentScore(string Intent, double Confidence);
