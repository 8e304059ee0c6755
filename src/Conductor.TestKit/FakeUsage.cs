namespace Conductor.TestKit;

/// <summary>The usage that a fake answer states.</summary>
public sealed record FakeUsage(int PromptTokens = 9, int CompletionTokens = 2, int CachedTokens = 0, int ReasoningTokens = 0)
{
    internal string ToJson() =>
        $$$"""
        {"prompt_tokens":{{{PromptTokens}}},"completion_tokens":{{{CompletionTokens}}},"total_tokens":{{{PromptTokens + CompletionTokens}}},"prompt_tokens_details":{"cached_tokens":{{{CachedTokens}}}},"completion_tokens_details":{"reasoning_tokens":{{{ReasoningTokens}}}}}
        """;
}
