using System.Text.Json.Serialization;

namespace Conductor.Operations.SentimentAnalysis;

/// <summary>A chat model's answer. Everything may be absent: models that are not held to the schema leave things out.</summary>
internal sealed record SentimentReply(string? Sentiment, double? Confidence, SentimentReplyScores? Scores);

internal sealed record SentimentReplyScores(double? Positive, double? Negative, double? Neutral);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    PropertyNameCaseInsensitive = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(SentimentReply))]
internal sealed partial class SentimentReplyContext : JsonSerializerContext;
