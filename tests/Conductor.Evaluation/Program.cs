using System.Globalization;
using System.Runtime.InteropServices;
using Conductor.Evaluation;
using Conductor.Evaluation.Tasks;

// Runs the embedded engines over evaluation data and writes what they answered, a file for each task, as the data's own score scripts read it.
// Prints calibration errors, which those scripts do not compute, and the time and bytes of a call. Not a test: nothing here asserts a figure.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (EvaluationOptions.Parse(args, out var options) is { } mistake)
{
    await Console.Error.WriteLineAsync(mistake);
    return 2;
}

await using var engines = new LocalEngines();
Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores{(options.IsQuick ? ", quick" : "")}");
IEvaluationTask[] tasks =
[
    new EmbeddingsTask(), new IntentTask(isFewShot: false), new IntentTask(isFewShot: true), new SentimentTask(), new EntitiesTask("ner"), new EntitiesTask("pattern"), new SummarizationTask(),
];
foreach (var task in tasks.Where(task => options.Tasks.Count == 0 || options.Tasks.Contains(task.Name)))
{
    Console.WriteLine();
    if (task.Operation is { } operation && !engines.Has(operation))
    {
        Console.WriteLine($"{task.Name}: the embedded provider has no engine for {operation}");
        continue;
    }

    var data = new EvaluationData(options.Folder, task.Folder, options.IsQuick);
    if (!data.Exists)
    {
        Console.WriteLine($"{task.Name}: {data.DevFile} is not there");
        continue;
    }

    var file = Path.Combine(options.Output, task.Name + ".jsonl");
    await PredictionFile.WriteAsync(file, await task.RunAsync(engines, data));
    Console.WriteLine($"{task.Name}: {file}; score it with: python3 {Path.Combine(options.Folder, "score", task.Score)} {data.DevFile} {file}");
}

if (options.Tasks.Contains("intent-fit"))
{
    IntentFit.Print(new EvaluationData(options.Folder, "intent", options.IsQuick), options.IsQuick);
}

if (options.Tasks.Count == 0 || options.Tasks.Contains("latency"))
{
    Console.WriteLine();
    await LatencyTable.PrintAsync(engines, options);
}

return 0;
