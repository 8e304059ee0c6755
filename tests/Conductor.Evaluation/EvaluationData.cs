using System.Text.Json;

namespace Conductor.Evaluation;

/// <summary>The rows of one task.</summary>
/// <param name="folder">The data.</param>
/// <param name="task">The task's folder in it.</param>
/// <param name="isQuick">Every twentieth row only.</param>
internal sealed class EvaluationData(string folder, string task, bool isQuick)
{
    private const int QuickStep = 20;

    public string DevFile { get; } = Path.Combine(folder, task, "dev.jsonl");

    public bool Exists => File.Exists(DevFile);

    /// <summary>The development split.</summary>
    public IEnumerable<JsonElement> Dev => ReadLines("dev.jsonl").Where((_, index) => !isQuick || index % QuickStep == 0);

    /// <summary>Every row of another file of the task.</summary>
    public IEnumerable<JsonElement> ReadLines(string file) =>
        File.ReadLines(Path.Combine(folder, task, file)).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line));

    /// <summary>A file of the task that is one JSON value.</summary>
    public JsonElement Read(string file) => JsonElement.Parse(File.ReadAllText(Path.Combine(folder, task, file)));
}
