using Conductor.Host.Endpoints;
using Conductor.Host.Http;
using Conductor.Settings;
using Conductor.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Host.Composition;

/// <summary>What the executable is made of: the one place that knows all parts.</summary>
internal static class GatewayServices
{
    /// <summary>What every verb needs: the pipeline, the ledger, the dialects.</summary>
    public static IServiceCollection AddConductorHost(this IServiceCollection services, ISettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddConductor();
        services.AddSqliteStorage();
        services.AddSingleton<Dialects.OpenAIDialect>();
        services.AddSingleton<Conductor.Dialects.IDialect>(provider => provider.GetRequiredService<Dialects.OpenAIDialect>());
        return services;
    }

    /// <summary>What the server needs besides.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, ISettings settings, ListenAddresses listen)
    {
        services.AddConductorHost(settings);
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
}
