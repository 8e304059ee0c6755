using Conductor.Operations;
using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Sentiment;

/// <summary>`sentiment_analysis` by a lexicon and rules, for English. A text without a known word comes out neutral, with the confidence that deserves.</summary>
internal sealed class SentimentEngine : IOperationEngine
{
    private readonly Lazy<SentimentAnalyzer> _analyzer = new(() => new SentimentAnalyzer(SentimentLexicon.Load()));

    public string Operation => "sentiment_analysis";

    public string ModelId => "sentiment-lexicon";

    public Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = EnginePayload.Read(payload, OperationsJsonContext.Default.SentimentRequest);
        var result = Analyze(request.Text, request.Language);
        var json = OperationJson.Write(result, OperationsJsonContext.Default.SentimentResult);
        return Task.FromResult(new OperationEngineResult(json, WordCounter.Usage(request.Text, result.Sentiment)));
    }

    internal SentimentFeatures Measure(string text, string? language = null) => _analyzer.Value.Measure(text, EnglishText.Is(language));

    internal IReadOnlyList<(string Word, double Valence)> Explain(string text) => _analyzer.Value.Explain(text);

    internal SentimentResult Analyze(string text, string? language = null)
    {
        var scores = SentimentCalibration.Probabilities(Measure(text, language));
        var (label, confidence) = scores.Positive >= scores.Negative && scores.Positive > scores.Neutral ? ("positive", scores.Positive)
            : scores.Negative > scores.Positive && scores.Negative > scores.Neutral ? ("negative", scores.Negative)
            : ("neutral", scores.Neutral);
        return new SentimentResult { Sentiment = label, Confidence = confidence, Scores = scores };
    }
}
