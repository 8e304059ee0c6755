namespace Conductor.Hooks;

/// <summary>Whose call a hook sees.</summary>
public class HookCall
{
    /// <summary>The id by which the caller and the log know the request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The caller's key by its name; null without one.</summary>
    public string? KeyId { get; init; }

    /// <summary>`chat`, `embeddings` or the operation's name.</summary>
    public required string Operation { get; init; }

    /// <summary>The model that was asked for, as the caller wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>The caller's own tags.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}
