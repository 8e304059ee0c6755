namespace Conductor.Wire.Anthropic;

/// <summary>One row of `/v1/models`.</summary>
/// <param name="Id">The name to call it by.</param>
public sealed record AnthropicModel(string Id)
{
    /// <summary>Its name for people; null where the row has none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>When it appeared; null where unknown.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The longest prompt, in tokens; null where unknown.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>The longest answer, in tokens; null where unknown.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Whether it sees images; null where the row does not say.</summary>
    public bool? TakesImages { get; init; }

    /// <summary>Whether answers can be held to a schema; null where the row does not say.</summary>
    public bool? HasStructuredOutputs { get; init; }

    /// <summary>Whether it can think; null where the row does not say.</summary>
    public bool? HasThinking { get; init; }

    /// <summary>Whether it takes an effort; null where the row does not say.</summary>
    public bool? HasEffort { get; init; }

    /// <summary>True: the provider no longer serves it.</summary>
    public bool IsRetired { get; init; }
}

/// <summary>One page of the list.</summary>
/// <param name="Models">The rows.</param>
/// <param name="HasMore">Whether there is another page.</param>
/// <param name="LastId">What to ask the next page for, as `after_id`; null where the page names none.</param>
public sealed record AnthropicModelPage(IReadOnlyList<AnthropicModel> Models, bool HasMore, string? LastId);
