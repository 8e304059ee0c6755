namespace Conductor.Wire.Ollama;

/// <summary>Tells what an error is about. This dialect has no codes, so the texts have to do; one row per text, newest server first.</summary>
public static class OllamaErrorClassifier
{
    private static readonly (OllamaErrorCategory Category, string[] AllOf)[] Rows =
    [
        // First, because its text holds the name that a caller gave, which may be any other row's words.
        (OllamaErrorCategory.ModelNotFound, ["model", "not found"]),
        (OllamaErrorCategory.RateLimited, ["too many requests"]),
        (OllamaErrorCategory.RateLimited, ["usage limit"]),
        (OllamaErrorCategory.ContextLength, ["prompt too long"]),
        (OllamaErrorCategory.ContextLength, ["prompt is too long"]),
        (OllamaErrorCategory.ContextLength, ["exceeds", "context length"]),
        (OllamaErrorCategory.ContextLength, ["exceeded", "context length"]),
        (OllamaErrorCategory.ContextLength, ["exceeds the available context size"]),
        (OllamaErrorCategory.ModelNotFound, ["pull model manifest", "file does not exist"]),
        (OllamaErrorCategory.Unsupported, ["does not support"]),
        (OllamaErrorCategory.Unsupported, ["missing data required for image input"]),
        (OllamaErrorCategory.Overloaded, ["server busy"]),
        (OllamaErrorCategory.Overloaded, ["maximum pending requests"]),
        (OllamaErrorCategory.OutOfMemory, ["requires more system memory"]),
        (OllamaErrorCategory.OutOfMemory, ["out of memory"]),
        (OllamaErrorCategory.Credentials, ["unauthorized"]),
    ];

    /// <summary>Tells it; <see cref="OllamaErrorCategory.Unknown"/> for no text.</summary>
    public static OllamaErrorCategory Classify(string? error) => string.IsNullOrEmpty(error)
        ? OllamaErrorCategory.Unknown
        : Array.Find(Rows, row => Array.TrueForAll(row.AllOf, part => error.Contains(part, StringComparison.OrdinalIgnoreCase))).Category;
}
