namespace Conductor.Routing;

/// <summary>What a strategy may know of a call.</summary>
public sealed record RoutingContext
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The operation's name; null for chat and embeddings.</summary>
    public string? Operation { get; init; }

    /// <summary>A number drawn once per request, 0 to 1, for strategies that share out by chance.</summary>
    public double Draw { get; init; }
}
