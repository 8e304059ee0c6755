namespace Conductor.Telemetry;

/// <summary>How a call ended, as the log and the metrics say it.</summary>
public enum CallStatus
{
    /// <summary>Answered, by a model or from the cache.</summary>
    Ok,

    /// <summary>Answered with an error, before the first byte or inside the stream.</summary>
    Error,

    /// <summary>The caller left.</summary>
    Cancelled,
}
