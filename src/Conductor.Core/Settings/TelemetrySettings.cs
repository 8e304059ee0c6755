namespace Conductor.Settings;

/// <summary>`telemetry:`</summary>
public sealed record TelemetrySettings
{
    /// <summary>An OTLP endpoint; null = none.</summary>
    public string? Otlp { get; init; }

    /// <summary>Whether `/metrics` answers.</summary>
    public bool Prometheus { get; init; } = true;
}
