using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;

namespace Conductor.Routing;

/// <summary>The candidates of a call in order, and the reason for every one taken or refused.</summary>
/// <param name="Hops">Taken, first one first.</param>
/// <param name="Decisions">Every candidate that was looked at.</param>
/// <param name="Route">The alias or rule that the plan came from, for example `fast` or `auto`.</param>
public sealed record RoutePlan(IReadOnlyList<RouteHop> Hops, IReadOnlyList<RouteDecision> Decisions, string Route)
{
    public static RoutePlan Empty { get; } = new([], [], "");

    /// <summary>What the caller is told when there is no hop to take; null while there is one.</summary>
    public ConductorException? Refusal { get; init; }
}

/// <summary>One target of a plan.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model, with the name that goes out.</param>
/// <param name="Price">Null where unknown.</param>
public sealed record RouteHop(ProviderEntry Provider, ModelDescriptor Model, ModelPrice? Price)
{
    /// <summary>provider/model.</summary>
    public string Id => $"{Provider.Name}/{Model.Id}";
}

/// <summary>Why a candidate was taken or refused.</summary>
public sealed record RouteDecision(string Target, bool IsTaken, string Reason);
