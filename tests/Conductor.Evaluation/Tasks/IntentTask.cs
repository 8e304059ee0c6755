namespace Conductor.Evaluation.Tasks;

/// <summary>Intents by their names alone, or with ten examples each. The best guess always stands; out-of-scope rows are told apart by confidence afterwards.</summary>
internal sealed class IntentTask(bool isFewShot) : IEvaluationTask
{
    private const string OutOfScope = "oos";

    public string Name => isFewShot ? "intent-10-shot" : "intent-zero-shot";

    public string Folder => "intent";

    public string Score => "intent.py";

    public string Operation => "intent_detection";

    public async Task<IReadOnlyList<object>> RunAsync(LocalEngines engines, EvaluationData data)
    {
        var intents = data.Read("labels.json").EnumerateObject().ToDictionary(set => set.Name, set => set.Value.EnumerateArray().Select(label => label.GetString()!).ToArray());
        var examples = data.ReadLines("support_10shot.jsonl")
            .ToLookup(row => (Set: row.GetProperty("set").GetString()!, Label: row.GetProperty("label").GetString()!), row => row.GetProperty("text").GetString()!);
        List<(string Set, string Label, string Answer, double Confidence)> answers = [];
        List<object> predictions = [];
        foreach (var row in data.Dev)
        {
            var set = row.GetProperty("set").GetString()!;
            object[] possible = [.. intents[set].Select(label => isFewShot ? new { name = label, examples = examples[(set, label)] } : (object)label)];
            var result = await engines.RunAsync(Operation, new { text = row.GetProperty("text").GetString(), parameters = new { possible_intents = possible } });
            var (answer, confidence) = (result.GetProperty("intent").GetString()!, result.GetProperty("confidence").GetDouble());
            answers.Add((set, row.GetProperty("label").GetString()!, answer, confidence));
            predictions.Add(new { id = row.GetProperty("id").GetString(), prediction = answer, confidence });
        }

        foreach (var set in answers.GroupBy(answer => answer.Set))
        {
            Report(set.Key, [.. set]);
        }

        return predictions;
    }

    private void Report(string set, IReadOnlyList<(string Set, string Label, string Answer, double Confidence)> answers)
    {
        var inScope = answers.Where(answer => answer.Label != OutOfScope).ToList();
        var error = CalibrationError.Of([.. answers.Select(answer => (answer.Confidence, answer.Answer == answer.Label))]);
        Console.WriteLine($"{Name} {set,-10} in-scope accuracy={inScope.Average(answer => answer.Answer == answer.Label ? 1.0 : 0):F3} calibration error={error:F3}");
        if (inScope.Count == answers.Count)
        {
            return;
        }

        foreach (var threshold in (double[])[0.1, 0.2, 0.3, 0.4, 0.5])
        {
            var refused = answers.Where(answer => answer.Confidence < threshold).ToList();
            var right = refused.Count(answer => answer.Label == OutOfScope);
            Console.WriteLine(
                $"{Name} {set,-10} threshold {threshold:F1}: out-of-scope recall={(double)right / (answers.Count - inScope.Count):F3} "
                + $"precision={(double)right / Math.Max(1, refused.Count):F3} in-scope lost={(double)(refused.Count - right) / inScope.Count:F3}");
        }
    }
}
