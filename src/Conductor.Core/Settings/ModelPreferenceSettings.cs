namespace Conductor.Settings;

/// <summary>One entry of a tenant's `model_preferences`: who serves an operation when the caller names no model, or `auto`.</summary>
public sealed record ModelPreferenceSettings
{
    /// <summary>A configured provider.</summary>
    public required string PrimaryProvider { get; init; }

    /// <summary>One of its models.</summary>
    public required string PrimaryModel { get; init; }

    /// <summary>Configured providers, tried in this order after the primary one.</summary>
    public IReadOnlyList<string> FallbackProviders { get; init; } = [];

    /// <summary>Which of a fallback provider's models is taken where it does not have the primary one.</summary>
    public string RoutingStrategy { get; init; } = "balanced";

    /// <summary>False: answers are neither taken from the cache nor kept, unless the request says otherwise. True: as `cache:` says.</summary>
    public bool CacheResponses { get; init; } = true;

    /// <summary>How long an answer is kept.</summary>
    public TimeSpan CacheTtl { get; init; } = TimeSpan.FromHours(1);
}
