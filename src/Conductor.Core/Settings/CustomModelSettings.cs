namespace Conductor.Settings;

/// <summary>One entry of a tenant's `custom_models`: a model of a configured provider that exists for this tenant alone.</summary>
public sealed record CustomModelSettings
{
    /// <summary>A configured provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>US dollars per million tokens of input.</summary>
    public decimal UsdPerMillionInput { get; init; }

    /// <summary>US dollars per million tokens of output.</summary>
    public decimal UsdPerMillionOutput { get; init; }

    /// <summary>What is taken for its latency while its provider has none of its own calls to tell by.</summary>
    public TimeSpan? AverageLatency { get; init; }

    /// <summary>0 to 1.</summary>
    public double QualityScore { get; init; }

    /// <summary>Operations that it is for, `embeddings` alone for a model of vectors; empty = every one of chat models. It binds `auto`; whoever names the model gets it.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>False: it is nowhere known.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>provider/model.</summary>
    public string Id => $"{Provider}/{Model}";
}
