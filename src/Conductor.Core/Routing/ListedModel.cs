using Conductor.Providers;

namespace Conductor.Routing;

/// <summary>A name that a caller may ask for, as lists show it.</summary>
/// <param name="Id">`auto`, an alias, or provider/model.</param>
/// <param name="Kind">`route`, `alias` or `model`.</param>
/// <param name="OwnedBy">The provider; `conductor` for names of its own.</param>
public sealed record ListedModel(string Id, string Kind, string OwnedBy)
{
    public string? DisplayName { get; init; }

    public ModelCapabilities Capabilities { get; init; }

    /// <summary>Operations that the model runs itself.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    public int? ContextWindow { get; init; }

    public int? MaxOutputTokens { get; init; }

    /// <summary>What an alias stands for: of its targets as written, those that can be called.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];
}
