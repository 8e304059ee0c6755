using Conductor.Storage;

namespace Conductor.Usage;

/// <summary>The dimensions as people write them.</summary>
public static class UsageDimensions
{
    /// <summary>What may be written.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tenant", "key", "model", "operation", "provider"];

    /// <summary>The dimension of a name; null where there is none.</summary>
    public static UsageDimension? Parse(string? name) => name switch
    {
        "tenant" => UsageDimension.Tenant,
        "key" => UsageDimension.Key,
        "model" => UsageDimension.Model,
        "operation" => UsageDimension.Operation,
        "provider" => UsageDimension.Provider,
        _ => null,
    };
}
