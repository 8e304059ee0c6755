using Conductor.Operations;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>`intent_detection` by a model for zero-shot classification: the intents' names are its labels.</summary>
internal sealed class IntentTask(HuggingFaceService service, string modelId) : TaskEngine(service, "intent_detection", modelId)
{
    public override async Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var request = Read(payload, OperationsJsonContext.Default.IntentDetectionRequest);
        var names = request.Parameters.PossibleIntents.Select(intent => intent.Name).ToList();
        var ranked = await AskAsync(
            request.Text,
            writer =>
            {
                writer.WriteStartArray("candidate_labels"u8);
                names.ForEach(writer.WriteStringValue);
                writer.WriteEndArray();
            },
            root => Labels(root).Where(label => names.Contains(label.Label)).Select(label => new IntentScore(label.Label, Math.Round(label.Score, 4))).ToList(),
            cancellationToken).ConfigureAwait(false);
        if (ranked.Count == 0)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "Hugging Face answered with none of the intents.");
        }

        var result = IntentDecision.Decide(ranked, request.Parameters.Threshold);
        var isMoreGiven = request.Parameters.PossibleIntents.Any(intent => intent.Description is not null || intent.Examples is { Count: > 0 });
        return Done(
            result, OperationsJsonContext.Default.IntentDetectionResult, request.Text, result.Intent,
            isMoreGiven ? ["This model chooses by the intents' names; descriptions and examples were not used."] : null);
    }
}
