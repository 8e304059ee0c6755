namespace Conductor.Wire.Ollama;

/// <summary>Tells what an error is about. This dialect has no codes, so the texts have to do; one row per text, newest server first.</summary>
public static class OllamaErrorClassifier
{
    private static readonly (WireErrorCategory Category, string[] AllOf)[] Rows =
    [
        // First, because its text holds the name that a caller gave, which may be any other row's words.
        (WireErrorCategory.ModelNotFound, ["model", "not found"]),
        (WireErrorCategory.RateLimited, ["too many requests"]),
        (WireErrorCategory.RateLimited, ["usage limit"]),
        (WireErrorCategory.ContextLength, ["prompt too long"]),
        (WireErrorCategory.ContextLength, ["prompt is too long"]),
        (WireErrorCategory.ContextLength, ["exceeds", "context length"]),
        (WireErrorCategory.ContextLength, ["exceeded", "context length"]),
        (WireErrorCategory.ContextLength, ["exceeds the available context size"]),
        (WireErrorCategory.ModelNotFound, ["pull model manifest", "file does not exist"]),
        (WireErrorCategory.Unsupported, ["does not support"]),
        (WireErrorCategory.Unsupported, ["missing data required for image input"]),
        (WireErrorCategory.Overloaded, ["server busy"]),
        (WireErrorCategory.Overloaded, ["maximum pending requests"]),
        (WireErrorCategory.OutOfMemory, ["requires more system memory"]),
        (WireErrorCategory.OutOfMemory, ["out of memory"]),
        (WireErrorCategory.Credentials, ["unauthorized"]),
    ];

    /// <summary>Tells it; <see cref="WireErrorCategory.Unknown"/> for no text.</summary>
    public static WireErrorCategory Classify(string? error) => string.IsNullOrEmpty(error)
        ? WireErrorCategory.Unknown
        : Array.Find(Rows, row => Array.TrueForAll(row.AllOf, part => error.Contains(part, StringComparison.OrdinalIgnoreCase))).Category;
}
