using System.Text.Json.Serialization;

namespace Conductor.Operations;

/// <summary>JSON of every request and result here, source-generated: names in snake_case, absent members left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IntentDetectionRequest))]
[JsonSerializable(typeof(IntentDetectionResult))]
[JsonSerializable(typeof(EntityExtractionRequest))]
[JsonSerializable(typeof(EntityExtractionResult))]
[JsonSerializable(typeof(SentimentRequest))]
[JsonSerializable(typeof(SentimentResult))]
[JsonSerializable(typeof(SummarizationRequest))]
[JsonSerializable(typeof(SummarizationResult))]
[JsonSerializable(typeof(EmbeddingsRequest))]
[JsonSerializable(typeof(EmbeddingsResult))]
[JsonSerializable(typeof(ResponseGenerationRequest))]
[JsonSerializable(typeof(ResponseGenerationResult))]
public sealed partial class OperationsJsonContext : JsonSerializerContext;
