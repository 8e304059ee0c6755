namespace Conductor.Host.Endpoints;

/// <summary>Where the OpenAI dialect is served: clients are given either base URL.</summary>
internal static class OpenAIPaths
{
    public static IReadOnlyList<string> Prefixes { get; } = ["/v1", "/openai/v1"];
}
