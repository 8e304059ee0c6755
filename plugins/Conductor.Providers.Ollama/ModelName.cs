namespace Conductor.Providers.Ollama;

internal static class ModelName
{
    /// <summary>`llama3.2:latest` and `llama3.2` are one model; people and catalogues write the short name.</summary>
    public static string Short(string name) => name.EndsWith(":latest", StringComparison.Ordinal) ? name[..^":latest".Length] : name;
}
