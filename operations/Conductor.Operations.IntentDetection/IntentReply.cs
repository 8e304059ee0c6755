using System.Text.Json;
using System.Text.Json.Serialization;

namespace Conductor.Operations.IntentDetection;

/// <summary>A chat model's answer. Everything may be absent: models that are not held to the schema leave things out.</summary>
internal sealed record IntentReply(
    string? Intent, double? Confidence, IReadOnlyList<IntentReplyScore?>? Alternatives, IReadOnlyDictionary<string, JsonElement>? Entities);

internal sealed record IntentReplyScore(string? Intent, double? Confidence);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    PropertyNameCaseInsensitive = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(IntentReply))]
internal sealed partial class IntentReplyContext : JsonSerializerContext;
