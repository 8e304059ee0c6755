using System.Collections.Frozen;
using Conductor.Wire.OpenAI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>What is known of a server or service that many use: `preset`. The settings may say otherwise.</summary>
/// <param name="BaseUrl">Where it is.</param>
internal sealed record Preset(string BaseUrl)
{
    /// <summary>The presets by name, lower case.</summary>
    public static FrozenDictionary<string, Preset> All { get; } = new Dictionary<string, Preset>(StringComparer.Ordinal)
    {
        ["vllm"] = new("http://127.0.0.1:8000/v1"),
        ["llama.cpp"] = new("http://127.0.0.1:8080/v1"),
        ["lmstudio"] = new("http://127.0.0.1:1234/v1"),
        // A 400 where any of these is given: https://console.groq.com/docs/openai
        ["groq"] = new("https://api.groq.com/openai/v1") { Target = new OpenAITarget { Refused = ["logprobs", "top_logprobs", "logit_bias", OpenAITarget.Names] } },
        // A 422 for every member that it does not know, among them `seed`, `max_completion_tokens` and the `stream_options` that a gateway needs.
        ["mistral"] = new("https://api.mistral.ai/v1")
        {
            Target = new OpenAITarget { SeedMember = "random_seed", HasStreamOptions = false, IsStrict = true },
            TakesBytes = false,
        },
        // `response_format` of type `json_schema` is a 400: https://api-docs.deepseek.com/api/create-chat-completion
        ["deepseek"] = new("https://api.deepseek.com/v1") { Target = new OpenAITarget { HasJsonSchema = false } },
        ["openrouter"] = new("https://openrouter.ai/api/v1"),
        ["together"] = new("https://api.together.xyz/v1"),
        ["fireworks"] = new("https://api.fireworks.ai/inference/v1"),
        ["xai"] = new("https://api.x.ai/v1"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What it reads.</summary>
    public OpenAITarget Target { get; init; } = new();

    /// <summary>Whether a caller's own bytes may go to it as they are, with what a gateway adds.</summary>
    public bool TakesBytes { get; init; } = true;
}
