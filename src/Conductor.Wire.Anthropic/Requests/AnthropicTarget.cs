namespace Conductor.Wire.Anthropic;

/// <summary>What a request's writer has to know of the model that it writes for.</summary>
/// <param name="MaxTokens">The largest answer to ask for where the caller names none, in tokens; more than zero.</param>
public sealed record AnthropicTarget(int MaxTokens)
{
    /// <summary>The value of `anthropic-version` that the request is sent with.</summary>
    public string Version { get; init; } = AnthropicVersions.V20230601;

    /// <summary>Which sampling members the model takes.</summary>
    public AnthropicSampling Sampling { get; init; }

    /// <summary>True: `output_config.effort`. False: the effort is said as a thinking budget.</summary>
    public bool TakesEffort { get; init; } = true;

    /// <summary>True: `thinking.budget_tokens`. False: the model thinks as much as it finds right (`adaptive`).</summary>
    public bool TakesThinkingBudget { get; init; } = true;
}

/// <summary>Which of `temperature`, `top_p` and `top_k` a model takes.</summary>
public enum AnthropicSampling
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Either `temperature` or `top_p`, and `top_k`.</summary>
    OneOfBoth,

    /// <summary>None, but for the values that say nothing: `temperature` 1, `top_p` of 0.99 and above.</summary>
    None,
}
