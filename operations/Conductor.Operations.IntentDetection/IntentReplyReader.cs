using System.Text.Json;

namespace Conductor.Operations.IntentDetection;

/// <summary>Reads a model's answer into a result: names brought back to those that were given, confidences to probabilities, the threshold applied.</summary>
internal static class IntentReplyReader
{
    // What a choice counts for that comes without a word on how sure it is.
    private const double NotSaid = 0.5;

    // From here on a confidence is a percentage; a little above 1 is only a model's clumsy "certain".
    private const double LeastPercentage = 2;

    public static IntentDetectionResult Read(OperationReply reply, IntentDetectionParameters parameters)
    {
        var answer = Parse(reply.Text);
        var names = new IntentNames([.. parameters.PossibleIntents.Select(intent => intent.Name)]);
        var scale = Scale(answer);
        var alternatives = Alternatives(answer, names, scale);
        var entities = answer.Entities is { Count: > 0 } found ? found : null;
        if (names.Find(answer.Intent) is not { } intent)
        {
            return SaysUnknown(answer.Intent, parameters)
                ? Unknown(Probability(answer.Confidence, scale), alternatives, entities)
                : throw new OperationReplyException(
                    $"\"intent\" is {(answer.Intent is null ? "missing" : IntentNames.Quote(answer.Intent))}; it must be one of {names}{(parameters.Threshold is null ? "" : ", or \"unknown\"")}.");
        }

        alternatives.RemoveAll(score => score.Intent == intent);
        var next = alternatives.Count > 0 ? alternatives[0] : new IntentScore("", 0);
        if (Probability(answer.Confidence, scale) is not { } confidence)
        {
            reply.Notices.Add($"The model did not say how sure it is; {NotSaid:0.0} stands for it.");
            confidence = Math.Max(NotSaid, next.Confidence);
        }

        if (next.Confidence > confidence)
        {
            throw new OperationReplyException(FormattableString.Invariant(
                $"\"intent\" is {IntentNames.Quote(intent)} with {confidence}, but {IntentNames.Quote(next.Intent)} stands among the alternatives with {next.Confidence}; \"intent\" must be the likeliest, and alternatives less likely."));
        }

        return IntentDecision.Decide(ToProbabilities([new IntentScore(intent, confidence), .. alternatives]), parameters.Threshold, entities);
    }

    private static IntentReply Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, IntentReplyContext.Default.IntentReply)
                ?? throw new OperationReplyException("The answer is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            throw new OperationReplyException($"The answer is not the JSON that was asked for: {mistake.Message}", mistake);
        }
    }

    // Without a threshold the best guess has to stand, so "none of them" is no answer.
    private static bool SaysUnknown(string? written, IntentDetectionParameters parameters) =>
        parameters.Threshold is not null && string.Equals(written?.Trim(), IntentDetectionResult.Unknown, StringComparison.OrdinalIgnoreCase);

    private static IntentDetectionResult Unknown(double? confidence, List<IntentScore> alternatives, IReadOnlyDictionary<string, JsonElement>? entities)
    {
        var scores = ToProbabilities([new IntentScore(IntentDetectionResult.Unknown, confidence ?? 0), .. alternatives]);
        return new IntentDetectionResult
        {
            Intent = IntentDetectionResult.Unknown,
            Confidence = confidence is not null ? scores[0].Confidence : scores.Count > 1 ? 1 - scores[1].Confidence : NotSaid,
            Alternatives = [.. scores.Skip(1).Take(IntentDecision.MostAlternatives)],
            Entities = entities,
        };
    }

    // Models are sure of several intents at once. At most one of them is meant, so that together they are no more than certain.
    private static List<IntentScore> ToProbabilities(List<IntentScore> scores)
    {
        var sum = scores.Sum(score => score.Confidence);
        return sum > 1 ? scores.ConvertAll(score => score with { Confidence = score.Confidence / sum }) : scores;
    }

    // Known names once each with their best figure, best first; the model's order breaks ties.
    private static List<IntentScore> Alternatives(IntentReply answer, IntentNames names, double scale) =>
    [
        .. (answer.Alternatives ?? [])
            .Select(score => (Intent: names.Find(score?.Intent), Confidence: Probability(score?.Confidence, scale)))
            .Where(score => score.Intent is not null && score.Confidence is not null)
            .GroupBy(score => score.Intent!, score => score.Confidence!.Value)
            .Select(group => new IntentScore(group.Key, group.Max()))
            .OrderByDescending(score => score.Confidence),
    ];

    // One answer has one scale: beside a 90, a 1 is one in a hundred.
    private static double Scale(IntentReply answer) =>
        (answer.Alternatives ?? []).Select(score => score?.Confidence).Append(answer.Confidence).Any(confidence => confidence >= LeastPercentage) ? 100 : 1;

    private static double? Probability(double? confidence, double scale) =>
        confidence is { } value && !double.IsNaN(value) ? Math.Clamp(value / scale, 0, 1) : null;
}
