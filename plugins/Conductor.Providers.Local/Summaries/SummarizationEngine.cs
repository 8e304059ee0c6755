using Conductor.Operations;
using Conductor.Providers.Local.Text;

namespace Conductor.Providers.Local.Summaries;

/// <summary>`summarization` by choosing sentences. Terms are read for English; other languages work, with less to tell their sentences apart.</summary>
internal sealed class SummarizationEngine : IOperationEngine
{
    public string Operation => "summarization";

    public string ModelId => "summary-extractive";

    public Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = EnginePayload.Read(payload, OperationsJsonContext.Default.SummarizationRequest);
        var result = ExtractiveSummarizer.Summarize(request.Text, request.Parameters);
        var json = OperationJson.Write(result, OperationsJsonContext.Default.SummarizationResult);
        return Task.FromResult(new OperationEngineResult(json, WordCounter.Usage(request.Text, result.Summary)));
    }
}
