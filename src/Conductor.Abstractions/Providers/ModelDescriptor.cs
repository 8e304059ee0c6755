using Conductor.Money;

namespace Conductor.Providers;

/// <summary>One model of a provider.</summary>
public sealed record ModelDescriptor
{
    /// <summary>The provider's own name of the model, for example `gpt-4o-mini` or `sentiment`; unique within the provider.</summary>
    public required string Id { get; init; }

    /// <summary>The name people read; the id when absent.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What it can do.</summary>
    public ModelCapabilities Capabilities { get; init; } = ModelCapabilities.Chat | ModelCapabilities.Streaming;

    /// <summary>Names of the operations that it runs natively, without a prompt.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Input and output together, in tokens; null where unknown.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Longest answer, in tokens; null where unknown.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Price, where the provider knows it; the catalogue's entry wins.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>How good it is, 0 to 1, for routing; null where nobody said.</summary>
    public double? QualityScore { get; init; }

    /// <summary>`small`, `medium` or `large`, for people; null where nobody said.</summary>
    public string? Tier { get; init; }
}
