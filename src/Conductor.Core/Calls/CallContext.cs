namespace Conductor.Calls;

/// <summary>Who asks, under which id, and how much time there is. Set once, before the pipeline.</summary>
public sealed record CallContext
{
    /// <summary>The tenant of callers without a key.</summary>
    public const string DefaultTenant = "default";

    /// <summary>What the caller and the logs call it. A caller may choose it, and may choose the same one twice.</summary>
    public required string RequestId { get; init; }

    /// <summary>This call and no other: what the ledger books by. Never the caller's.</summary>
    public string CallId { get; init; } = CallIds.New();

    public string TenantId { get; init; } = DefaultTenant;

    /// <summary>The key's name; null without a key.</summary>
    public string? KeyId { get; init; }

    /// <summary>The key that the call came in with, as it was configured then; null in process and without keys.</summary>
    public Settings.CallerKeySettings? Key { get; init; }

    /// <summary>The surface the call came in by: `openai`, `operations`, `in-process`.</summary>
    public string Surface { get; init; } = "in-process";

    /// <summary>The caller's own tags, for the log line.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>A new context with a fresh id, for calls that no server wraps.</summary>
    public static CallContext New() => new() { RequestId = NewRequestId() };

    /// <summary>`req_` and 32 hexadecimal digits that sort by time.</summary>
    public static string NewRequestId() => "req_" + CallIds.New();
}
