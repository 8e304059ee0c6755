using Conductor.Calls;

namespace Conductor.Costing;

/// <summary>What somebody wants to know the price of before asking it.</summary>
public sealed record CostQuestion
{
    /// <summary>As a call names it: an alias, provider/model, a model, `auto`.</summary>
    public required string Model { get; init; }

    /// <summary>Who asks: what a tenant may not call has no price for it.</summary>
    public string TenantId { get; init; } = CallContext.DefaultTenant;

    /// <summary>With which key; null = without one.</summary>
    public Settings.CallerKeySettings? Key { get; init; }

    /// <summary>The only provider that may serve; null = any.</summary>
    public string? Provider { get; init; }

    /// <summary>The chat that is to be counted; null where <see cref="Text"/> or <see cref="InputTokens"/> says how long it is.</summary>
    public ChatRequest? Chat { get; init; }

    /// <summary>A text that is to be counted.</summary>
    public string? Text { get; init; }

    /// <summary>The prompt's length, where it is known; nothing is counted then.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The part of the prompt that the provider will read from its cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>The part of the prompt that the provider will write to its cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>The answer's length, where it is known.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>The answer's limit; null = the model's own, else <see cref="CostEstimator.DefaultMaxOutputTokens"/>.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Whether the texts are to become vectors; there is no output then.</summary>
    public bool IsEmbedding { get; init; }
}

/// <summary>What it would cost at every target that would be tried, in their order.</summary>
/// <param name="Route">What the model's name led to, for example an alias.</param>
/// <param name="Targets">At least one; the first is asked first.</param>
public sealed record CostEstimate(string Route, IReadOnlyList<TargetEstimate> Targets);

/// <summary>What one target would take.</summary>
public sealed record TargetEstimate
{
    public required string Provider { get; init; }

    public required string Model { get; init; }

    /// <summary>What would be used, the answer at its limit unless its length was given.</summary>
    public required Money.TokenUsage Usage { get; init; }

    /// <summary>True: given, or counted with the model's own vocabulary. False: an estimate.</summary>
    public bool IsInputExact { get; init; }

    /// <summary>True where the answer's length is its limit: it costs at most so much.</summary>
    public bool IsOutputLimit { get; init; }

    /// <summary>Null where the price is unknown.</summary>
    public Money.NanoUsd? Cost { get; init; }

    /// <summary>Which prices; null where the provider prices its models itself, or nobody does.</summary>
    public string? PriceVersion { get; init; }
}
