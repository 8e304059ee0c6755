using System.Text.Json;
using System.Text.RegularExpressions;
using Conductor.Operations;
using Conductor.Wire;

namespace Conductor.Providers.HuggingFace;

/// <summary>`summarization` by a model that was made for it. Limits that the model does not keep are kept here, at a sentence's end where there is one.</summary>
internal sealed partial class SummaryTask(HuggingFaceService service, string modelId) : TaskEngine(service, "summarization", modelId)
{
    public override async Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var request = Read(payload, OperationsJsonContext.Default.SummarizationRequest);
        var written = await AskAsync(request.Text, null, TextOf, cancellationToken).ConfigureAwait(false);
        var (summary, isCut) = Fit(written, request.Parameters);
        var result = new SummarizationResult { Summary = summary, KeyPoints = [], CompressionRatio = Math.Round((double)summary.Length / request.Text.Length, 4) };
        return Done(
            result, OperationsJsonContext.Default.SummarizationResult, request.Text, written,
            isCut ? ["The model's summary was longer than asked for and was cut."] : null);
    }

    internal static (string Summary, bool IsCut) Fit(string written, SummarizationParameters? parameters)
    {
        var sentences = SentenceEnd().Split(written.Trim()).Where(sentence => sentence.Length > 0).ToList();
        var isList = parameters?.Style == "bullets";
        var most = parameters?.MaxSentences ?? int.MaxValue;
        var room = parameters?.MaxWords ?? int.MaxValue;
        List<string> kept = [];
        foreach (var sentence in sentences.Take(most))
        {
            var words = Words(sentence).Length + (isList ? 1 : 0);
            if (words > room)
            {
                break;
            }

            room -= words;
            kept.Add(sentence);
        }

        var isCut = kept.Count < sentences.Count;
        if (kept.Count == 0)
        {
            kept.Add(string.Join(' ', Words(sentences[0]).Take(Math.Max(1, room - (isList ? 1 : 0)))));
        }

        return (isList ? string.Join('\n', kept.Select(sentence => "- " + sentence)) : string.Join(' ', kept), isCut);
    }

    private static string TextOf(JsonElement root)
    {
        var row = root.ValueKind == JsonValueKind.Array ? root[0] : root;
        var text = (row.TryGetProperty("summary_text"u8, out var summary) ? summary : row.GetProperty("generated_text"u8)).GetString();
        return string.IsNullOrWhiteSpace(text) ? throw new WireResponseException(WireResponseFault.Empty, "The answer holds no summary.") : text.Trim();
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"(?<=[.!?…。！？])\s+", RegexOptions.CultureInvariant)]
    private static partial Regex SentenceEnd();
}
