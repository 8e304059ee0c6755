using Microsoft.Extensions.Configuration;

namespace Conductor.Settings;

/// <summary>One entry of `operations:`</summary>
public sealed record OperationSettings
{
    /// <summary>The model when the request names none.</summary>
    public string? Model { get; init; }

    /// <summary>How long answers stay in the cache; null = the cache's own.</summary>
    public TimeSpan? CacheTtl { get; init; }

    /// <summary>Longest text, in UTF-16 code units; null = the operation's own.</summary>
    public int? MaxTextLength { get; init; }

    /// <summary>What all its calls may spend, whoever makes them; empty = no limit.</summary>
    public IReadOnlyList<BudgetSettings> Budgets { get; init; } = [];

    /// <summary>Everything below the operation's name, for its container.</summary>
    public required IConfiguration Section { get; init; }
}
