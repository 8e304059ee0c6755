using Microsoft.Extensions.AI;

namespace Conductor.Operations;

/// <summary>A structured answer that fits.</summary>
/// <param name="Json">JSON that fits the schema.</param>
/// <param name="FinishReason">Of the last answer; null where the model did not say.</param>
/// <param name="Responses">All answers, the unusable one included: each was paid for.</param>
/// <param name="WasRepaired">Whether the model had to be asked a second time.</param>
public sealed record StructuredReply(string Json, string? FinishReason, IReadOnlyList<ChatResponse> Responses, bool WasRepaired);
