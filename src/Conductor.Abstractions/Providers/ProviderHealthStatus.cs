namespace Conductor.Providers;

/// <summary>A verdict on a provider.</summary>
public enum ProviderHealthStatus
{
    /// <summary>Not asked yet.</summary>
    Unknown,

    /// <summary>Answers as it should.</summary>
    Healthy,

    /// <summary>Answers, with failures among the answers.</summary>
    Degraded,

    /// <summary>Does not answer.</summary>
    Unhealthy,
}
