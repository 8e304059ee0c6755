using Conductor.Calls;

namespace Conductor;

/// <summary>Who serves an operation, and how. What is null is as configured.</summary>
public sealed record OperationRunOptions
{
    public static OperationRunOptions Default { get; } = new();

    /// <summary>`auto`, an alias, provider/model, or a model's own name.</summary>
    public string? Model { get; init; }

    /// <summary>Longest answer of a chat model.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>For chat models, 0 to 2.</summary>
    public float? Temperature { get; init; }

    /// <summary>For chat models, 0 to 1.</summary>
    public float? TopP { get; init; }

    /// <summary>What the target has to fulfil.</summary>
    public CallConstraints? Constraints { get; init; }

    /// <summary>Cache, retries, time.</summary>
    public CallOptions? Handling { get; init; }

    /// <summary>Tenant, request id, tags; null = the default tenant and a fresh id. What the ledger books by is fresh for every call.</summary>
    public CallContext? Context { get; init; }
}
