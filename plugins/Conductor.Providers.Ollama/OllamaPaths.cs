namespace Conductor.Providers.Ollama;

/// <summary>What is asked of Ollama.</summary>
internal static class OllamaPaths
{
    public const string Chat = "api/chat";
    public const string Embed = "api/embed";
    public const string Generate = "api/generate";
    public const string Pull = "api/pull";
    public const string Show = "api/show";
    public const string Tags = "api/tags";
}
