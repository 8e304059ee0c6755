using System.Text.Json;

namespace Conductor.Operations;

/// <summary>The one rule by which ranked intents become a result, whoever ranked them.</summary>
public static class IntentDecision
{
    /// <summary>Alternatives that a result holds at most.</summary>
    public const int MostAlternatives = 5;

    /// <summary>The best intent where it reaches the threshold, else <see cref="IntentDetectionResult.Unknown"/>.</summary>
    /// <param name="ranked">Intents, best first; at least one.</param>
    /// <param name="threshold">Least confidence, 0 to 1; null = the best guess always stands.</param>
    /// <param name="entities">What was found in the text besides; null for nothing.</param>
    /// <exception cref="ArgumentException">There is no intent.</exception>
    public static IntentDetectionResult Decide(
        IReadOnlyList<IntentScore> ranked, double? threshold, IReadOnlyDictionary<string, JsonElement>? entities = null)
    {
        ArgumentNullException.ThrowIfNull(ranked);
        if (ranked.Count == 0)
        {
            throw new ArgumentException("A decision needs at least one intent.", nameof(ranked));
        }

        var best = ranked[0];
        var isKnown = !(best.Confidence < threshold);
        return new IntentDetectionResult
        {
            Intent = isKnown ? best.Intent : IntentDetectionResult.Unknown,
            Confidence = isKnown ? best.Confidence : 1 - best.Confidence,
            Alternatives = [.. ranked.Skip(isKnown ? 1 : 0).Take(MostAlternatives)],
            Entities = entities,
        };
    }
}
