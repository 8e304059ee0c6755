namespace Conductor.Evaluation.Tasks;

/// <summary>Positive, negative or neutral, with a score from -1 to 1 for sets that have no neutral.</summary>
internal sealed class SentimentTask : IEvaluationTask
{
    public string Name => "sentiment";

    public string Folder => "sentiment";

    public string Score => "sentiment.py";

    public string Operation => "sentiment_analysis";

    public async Task<IReadOnlyList<object>> RunAsync(LocalEngines engines, EvaluationData data)
    {
        List<object> predictions = [];
        List<(string Set, string Label, string Answer, double Confidence)> answers = [];
        foreach (var row in data.Dev)
        {
            var result = await engines.RunAsync(Operation, new { text = row.GetProperty("text").GetString() });
            var scores = result.GetProperty("scores");
            var answer = result.GetProperty("sentiment").GetString()!;
            answers.Add((row.GetProperty("set").GetString()!, row.GetProperty("label").GetString()!, answer, result.GetProperty("confidence").GetDouble()));
            predictions.Add(new
            {
                id = row.GetProperty("id").GetString(),
                prediction = answer,
                score = scores.GetProperty("positive").GetDouble() - scores.GetProperty("negative").GetDouble(),
            });
        }

        foreach (var set in answers.GroupBy(answer => answer.Set).Where(set => set.Any(answer => answer.Label == "neutral")))
        {
            Console.WriteLine($"{Name} {set.Key,-14} calibration error={CalibrationError.Of([.. set.Select(answer => (answer.Confidence, answer.Answer == answer.Label))]):F3}");
        }

        return predictions;
    }
}
