using System.Text.Json;

namespace Conductor.Providers.Local.Tests.Quality;

/// <summary>Public evaluation sets, kept outside the repository: the folder that CONDUCTOR_EVAL_DATA names, with `{task}/{split}.jsonl` in it.</summary>
internal static class EvaluationData
{
    public static List<JsonElement> Read(string task, string split)
    {
        var folder = Environment.GetEnvironmentVariable("CONDUCTOR_EVAL_DATA");
        Skip.If(string.IsNullOrEmpty(folder), "CONDUCTOR_EVAL_DATA names no folder.");
        var file = Path.Combine(folder!, task, split + ".jsonl");
        Skip.IfNot(File.Exists(file), $"{file} is not there.");
        return [.. File.ReadLines(file).Where(line => line.Length > 0).Select(line =>
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        })];
    }

    /// <summary>Writes predictions where CONDUCTOR_EVAL_OUT says; nowhere if it does not.</summary>
    public static void Write(string task, IEnumerable<string> lines)
    {
        if (Environment.GetEnvironmentVariable("CONDUCTOR_EVAL_OUT") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllLines(Path.Combine(folder, task + ".jsonl"), lines);
        }
    }
}
