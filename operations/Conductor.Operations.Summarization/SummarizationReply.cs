using System.Text.Json.Serialization;

namespace Conductor.Operations.Summarization;

/// <summary>A chat model's answer. Everything may be absent: models that are not held to the schema leave things out.</summary>
internal sealed record SummarizationReply(string? Summary, IReadOnlyList<string?>? KeyPoints);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(SummarizationReply))]
internal sealed partial class SummarizationReplyContext : JsonSerializerContext;
