using System.Text.Json.Nodes;

namespace Conductor.TestKit;

/// <summary>The usage that a <see cref="FakeAnthropic"/> states. As upstream, what came from the cache, or went into it, is not among the input tokens.</summary>
/// <param name="InputTokens">Tokens that were read and not cached; null = the words of the request.</param>
/// <param name="OutputTokens">Tokens of the answer, thinking included; null = its pieces.</param>
/// <param name="CacheReadTokens">Tokens read from the cache.</param>
/// <param name="CacheCreationTokens">Tokens written to the cache.</param>
public sealed record FakeAnthropicUsage(int? InputTokens = null, int? OutputTokens = null, int CacheReadTokens = 0, int CacheCreationTokens = 0)
{
    internal JsonObject ToJson(int words, int outputTokens) => new()
    {
        ["input_tokens"] = InputTokens ?? words,
        ["cache_creation_input_tokens"] = CacheCreationTokens,
        ["cache_read_input_tokens"] = CacheReadTokens,
        ["cache_creation"] = new JsonObject { ["ephemeral_5m_input_tokens"] = CacheCreationTokens, ["ephemeral_1h_input_tokens"] = 0 },
        ["output_tokens"] = outputTokens,
        ["service_tier"] = "standard",
    };
}
