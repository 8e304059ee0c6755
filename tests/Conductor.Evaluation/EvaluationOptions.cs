namespace Conductor.Evaluation;

/// <summary>What the command line asks for: `[FOLDER] [--out FOLDER] [--only TASK,…] [--quick]`.</summary>
/// <param name="Folder">The data: `{task}/dev.jsonl` and `score/*.py`.</param>
/// <param name="Output">Where predictions go.</param>
/// <param name="Tasks">Tasks to run, `latency` among them; empty = all but `intent-fit`.</param>
/// <param name="IsQuick">Every twentieth row and few rounds, to see that it runs.</param>
internal sealed record EvaluationOptions(string Folder, string Output, IReadOnlyCollection<string> Tasks, bool IsQuick)
{
    /// <summary>What is wrong with the arguments; null where nothing is.</summary>
    public static string? Parse(string[] args, out EvaluationOptions options)
    {
        options = new EvaluationOptions(
            Environment.GetEnvironmentVariable("CONDUCTOR_EVAL_DATA") ?? "", Path.Combine("artifacts", "evaluation"), [], IsQuick: false);
        for (var index = 0; index < args.Length; index++)
        {
            var (argument, value) = (args[index], index + 1 < args.Length ? args[index + 1] : null);
            switch (argument)
            {
                case "--quick":
                    options = options with { IsQuick = true };
                    break;
                case "--out" when value is not null:
                    options = options with { Output = value };
                    index++;
                    break;
                case "--only" when value is not null:
                    options = options with { Tasks = value.Split(',', StringSplitOptions.RemoveEmptyEntries) };
                    index++;
                    break;
                case var _ when !argument.StartsWith('-'):
                    options = options with { Folder = argument };
                    break;
                default:
                    return $"'{argument}' is not understood. Usage: [FOLDER] [--out FOLDER] [--only embeddings,intent-zero-shot,intent-10-shot,sentiment,ner,pattern,summarization,latency,intent-fit] [--quick]";
            }
        }

        return Directory.Exists(options.Folder)
            ? null
            : $"The evaluation data is not at '{options.Folder}': name its folder, or set CONDUCTOR_EVAL_DATA.";
    }
}
