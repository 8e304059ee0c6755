using System.Reflection;
using System.Text.Json;

namespace Conductor.Operations.SentimentAnalysis;

/// <summary>Judges whether a text is positive, negative or neutral.</summary>
internal sealed class SentimentAnalysisOperation() : Operation<SentimentRequest, SentimentResult>(
    CreateDescriptor(), OperationsJsonContext.Default.SentimentRequest, OperationsJsonContext.Default.SentimentResult)
{
    internal const string Name = "sentiment_analysis";

    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(SentimentRequest request) => new Dictionary<string, object?>
    {
        ["text"] = request.Text,
        ["language"] = request.Language ?? "",
        ["context"] = PromptArguments.FromContext(request.Context),
    };

    /// <summary>The label and the scores have to agree; scores are brought to a sum of 1, and made up from the confidence where there are none.</summary>
    protected override SentimentResult ReadReply(OperationReply reply, SentimentRequest request)
    {
        var answer = Parse(reply.Text);
        var label = answer.Sentiment?.Trim().ToLowerInvariant();
        if (label is not ("positive" or "negative" or "neutral"))
        {
            throw new OperationReplyException(
                $"\"sentiment\" is {(answer.Sentiment is null ? "missing" : $"\"{answer.Sentiment}\"")}; it must be \"positive\", \"negative\" or \"neutral\".");
        }

        var scores = Normalize(answer, label);
        var confidence = label switch { "positive" => scores.Positive, "negative" => scores.Negative, _ => scores.Neutral };
        var highest = Math.Max(scores.Positive, Math.Max(scores.Negative, scores.Neutral));
        if (confidence < highest && answer.Scores is not null)
        {
            // Which of the two the model means, only the model can say.
            throw new OperationReplyException(FormattableString.Invariant(
                $"\"sentiment\" is \"{label}\", but its score is {confidence:0.##} and another's is {highest:0.##}; \"sentiment\" must be the one with the highest score."));
        }

        return new SentimentResult { Sentiment = label, Confidence = confidence, Scores = scores };
    }

    private static SentimentReply Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, SentimentReplyContext.Default.SentimentReply)
                ?? throw new OperationReplyException("The answer is null where a JSON object is expected.");
        }
        catch (JsonException mistake)
        {
            throw new OperationReplyException($"The answer is not the JSON that was asked for: {mistake.Message}", mistake);
        }
    }

    private static SentimentScores Normalize(SentimentReply answer, string label)
    {
        var positive = Weight(answer.Scores?.Positive);
        var negative = Weight(answer.Scores?.Negative);
        var neutral = Weight(answer.Scores?.Neutral);
        var sum = positive + negative + neutral;
        if (sum <= 0)
        {
            // No usable scores. Without a confidence either, the label is worth no more than an even split between it and the rest.
            var sure = Math.Min(1, answer.Confidence is { } given && double.IsFinite(given) ? Math.Max(0, given) : 0.5);
            var rest = (1 - sure) / 2;
            return new SentimentScores(
                label == "positive" ? sure : rest, label == "negative" ? sure : rest, label == "neutral" ? sure : rest);
        }

        return new SentimentScores(positive / sum, negative / sum, neutral / sum);
    }

    // Probabilities or percentages: the sum makes both the same. The cap keeps that sum finite.
    private static double Weight(double? score) => score is { } value && double.IsFinite(value) ? Math.Clamp(value, 0, 100) : 0;

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Judges whether a text is positive, negative or neutral.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            ReplySchema = OperationResources.ReadJson(assembly, "reply.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
        };
    }
}
