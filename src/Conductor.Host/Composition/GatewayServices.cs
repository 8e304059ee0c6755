using Conductor.Configuration;
using Conductor.Dialects;
using Conductor.Host.Dialects;
using Conductor.Host.Endpoints;
using Conductor.Host.Http;
using Conductor.Host.Telemetry;
using Conductor.Settings;
using Conductor.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Host.Composition;

/// <summary>What the executable is made of: the one place that knows all parts.</summary>
internal static class GatewayServices
{
    /// <summary>For a verb that does one thing and ends: the pipeline and the ledger, with settings that stay.</summary>
    public static IServiceCollection AddOneShot(this IServiceCollection services, LaunchSettings launch) =>
        services.AddSingleton<ISettings>(new FixedSettings(launch.Current)).AddParts();

    /// <summary>For the server: settings that follow their files, and all that HTTP needs.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, LaunchSettings launch, ListenAddresses listen)
    {
        services.AddSingleton(launch);
        services.AddSingleton<HostSettings>();
        services.AddSingleton<ISettings>(provider => provider.GetRequiredService<HostSettings>());
        services.AddParts();
        services.AddOtlpExport();
        services.AddSingleton(listen);
        services.AddSingleton<DrainGate>();
        services.AddSingleton<KnownPaths>();
        services.AddSingleton<Readiness>();
        return services;
    }

    /// <summary>Every address the server answers at.</summary>
    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        OperationEndpoints.Map(routes);
        ChatEndpoints.Map(routes);
        EmbeddingEndpoints.Map(routes);
        ModelEndpoints.Map(routes);
        PluginEndpoints.Map(routes);
        StatusEndpoints.Map(routes);
        HealthEndpoints.Map(routes);
        MetricsEndpoint.Map(routes);
        OpenApiEndpoints.Map(routes);
    }

    private static IServiceCollection AddParts(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddConductor();
        services.AddSqliteStorage();
        services.AddSingleton<IDialect, OpenAIDialect>();
        return services;
    }
}
