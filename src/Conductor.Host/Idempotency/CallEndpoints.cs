namespace Conductor.Host.Idempotency;

/// <summary>Marks the addresses of calls. What is posted there may bear an `Idempotency-Key`; answers of all others are never kept, because some of them hold keys.</summary>
internal sealed class CallEndpoints
{
    public static CallEndpoints Instance { get; } = new();
}
