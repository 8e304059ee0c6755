using Conductor.Providers.Local.Text;

namespace Conductor.Evaluation.Tasks;

/// <summary>Summaries as a caller would ask for them: three sentences of a news item, one of an abstract, two fifths of the sentences where the set's own are that long.</summary>
internal sealed class SummarizationTask : IEvaluationTask
{
    private const double ShareOfSentences = 0.4;

    public string Name => "summarization";

    public string Folder => "summarization";

    public string Score => "summarization.py";

    public string Operation => "summarization";

    public async Task<IReadOnlyList<object>> RunAsync(LocalEngines engines, EvaluationData data)
    {
        List<object> predictions = [];
        foreach (var row in data.Dev)
        {
            var text = row.GetProperty("text").GetString()!;
            var result = await engines.RunAsync(Operation, new { text, parameters = new { max_sentences = Sentences(row.GetProperty("set").GetString()!, text) } });
            predictions.Add(new { id = row.GetProperty("id").GetString(), prediction = result.GetProperty("summary").GetString() });
        }

        return predictions;
    }

    private static int Sentences(string set, string text) => set switch
    {
        "cnndm" => 3,
        "scitldr-a" => 1,
        _ => Math.Clamp((int)(SentenceSplitter.Split(text).Count(sentence => !sentence.IsHeading) * ShareOfSentences), 1, 50),
    };
}
