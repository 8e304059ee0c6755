using Conductor.Operations;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>`sentiment_analysis` by a model for text classification whose labels are sentiments: words for them, stars, or numbers in their usual order.</summary>
internal sealed class SentimentTask(HuggingFaceService service, string modelId) : TaskEngine(service, "sentiment_analysis", modelId)
{
    private const int MostLabels = 10;

    public override async Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var request = Read(payload, OperationsJsonContext.Default.SentimentRequest);
        var result = await AskAsync(
            request.Text, writer => writer.WriteNumber("top_k"u8, MostLabels), root => Decide(Labels(root)), cancellationToken).ConfigureAwait(false);
        return Done(result, OperationsJsonContext.Default.SentimentResult, request.Text, result.Sentiment);
    }

    internal static SentimentResult Decide(IReadOnlyList<(string Label, double Score)> labels)
    {
        double positive = 0, negative = 0, neutral = 0;
        foreach (var (label, score) in labels)
        {
            switch (SideOf(label, labels.Count))
            {
                case > 0:
                    positive += score;
                    break;
                case < 0:
                    negative += score;
                    break;
                default:
                    neutral += score;
                    break;
            }
        }

        var sum = positive + negative + neutral;
        if (sum <= 0)
        {
            throw new WireResponseException(WireResponseFault.WrongShape, "The model gave every sentiment the score zero.");
        }

        var scores = new SentimentScores(Math.Round(positive / sum, 4), Math.Round(negative / sum, 4), Math.Round(neutral / sum, 4));
        var (sentiment, confidence) = scores.Positive >= scores.Negative && scores.Positive > scores.Neutral ? ("positive", scores.Positive)
            : scores.Negative > scores.Positive && scores.Negative > scores.Neutral ? ("negative", scores.Negative)
            : ("neutral", scores.Neutral);
        return new SentimentResult { Sentiment = sentiment, Confidence = confidence, Scores = scores };
    }

    private static int SideOf(string label, int labels)
    {
        var word = label.Trim().ToLowerInvariant();
        return word.Contains("pos", StringComparison.Ordinal) ? 1
            : word.Contains("neg", StringComparison.Ordinal) ? -1
            : word.Contains("neu", StringComparison.Ordinal) ? 0
            : word is [>= '1' and <= '5' and var stars, ' ', 's', 't', 'a', 'r', ..] ? Math.Sign(stars - '3')
            // What a model is called that nobody gave names: in order, from bad to good.
            : word.StartsWith("label_", StringComparison.Ordinal) && int.TryParse(word["label_".Length..], out var place) && labels is (2 or 3) && place < labels
                ? labels == 2 ? (place == 1 ? 1 : -1) : place - 1
            : throw new WireResponseException(WireResponseFault.WrongShape, "The model's labels are no sentiments.");
    }
}
