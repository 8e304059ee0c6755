using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Telemetry;

/// <summary>Registers what the pipeline reports with.</summary>
public static class TelemetryRegistration
{
    /// <summary>Adds metrics, spans, the log line, the running totals and the text exposition of the metrics.</summary>
    public static IServiceCollection AddConductorTelemetry(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ConductorMetrics>();
        services.TryAddSingleton<ConductorActivity>();
        services.TryAddSingleton<CallLog>();
        services.TryAddSingleton<CallStatistics>();
        services.TryAddSingleton<PrometheusExposition>();
        return services;
    }
}
