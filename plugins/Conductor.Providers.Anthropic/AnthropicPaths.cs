namespace Conductor.Providers.Anthropic;

/// <summary>The API's addresses, below the base address.</summary>
internal static class AnthropicPaths
{
    public const string Messages = "v1/messages";
    public const string CountTokens = "v1/messages/count_tokens";
    public const string Models = "v1/models";
}
