using Conductor.Access;
using Conductor.Audit;
using Conductor.Budgets;
using Conductor.Configuration;
using Conductor.Host.Admin;
using Conductor.Host.Audit;
using Conductor.Host.Dialects;
using Conductor.Host.Dialects.Anthropic;
using Conductor.Host.Dialects.Gemini;
using Conductor.Host.Dialects.Ollama;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Dialects.Responses;
using Conductor.Host.Endpoints;
using Conductor.Host.Http;
using Conductor.Host.Idempotency;
using Conductor.Host.Redaction;
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
        services.AddSingleton(SecretRedactor.For(launch)).AddSingleton<ISettings>(new FixedSettings(launch.Current)).AddParts();

    /// <summary>For the server: settings that follow their files, and all that HTTP needs.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, LaunchSettings launch, ListenAddresses listen)
    {
        services.AddSingleton(launch);
        services.AddSingleton(SecretRedactor.For(launch));
        services.AddSingleton<HostSettings>();
        services.AddSingleton<ISettings>(provider => provider.GetRequiredService<HostSettings>());
        services.AddParts();
        services.AddOtlpExport();
        services.AddSingleton(listen);
        services.AddSingleton<DrainGate>();
        services.AddSingleton<KnownPaths>();
        services.AddSingleton<FailedAccess>();
        services.AddSingleton<HttpAudit>();
        services.AddSingleton<DocumentEditor>();
        services.AddHostedService<SettingsAudit>();
        services.AddSingleton<BootstrapToken>();
        services.AddSingleton<TlsCertificates>();
        services.AddSingleton(provider => new KeyRegistry(launch.Source, provider.GetRequiredService<TimeProvider>()));
        services.AddDialects();
        services.AddSingleton<RecordingMemory>();
        services.AddSingleton<RecordedAnswer>();
        services.AddSingleton<LedgerWords>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<BudgetWebhook>();
        services.AddSingleton<IBudgetAlertSink>(provider => provider.GetRequiredService<BudgetWebhook>());
        services.AddHostedService(provider => provider.GetRequiredService<BudgetWebhook>());
        return services;
    }

    /// <summary>Every address the server answers at.</summary>
    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapGroup("");
        calls.WithMetadata(CallEndpoints.Instance);
        OperationEndpoints.Map(calls);
        OpenAIEndpoints.Map(calls);
        ResponsesEndpoints.Map(calls);
        OllamaEndpoints.Map(calls);
        AnthropicEndpoints.Map(calls);
        GeminiEndpoints.Map(calls);
        PluginEndpoints.Map(routes);
        KeyEndpoints.Map(routes);
        AuditEndpoints.Map(routes);
        TenantEndpoints.Map(routes);
        BudgetEndpoints.Map(routes);
        PriceEndpoints.Map(routes);
        ProviderKeyEndpoints.Map(routes);
        ConfigEndpoints.Map(routes);
        StatusEndpoints.Map(routes);
        EstimateEndpoint.Map(routes);
        UsageEndpoints.Map(routes);
        HealthEndpoints.Map(routes);
        MetricsEndpoint.Map(routes);
        OpenApiEndpoints.Map(routes);
    }

    /// <summary>The dialects that callers speak. One that is not the common one is registered as <see cref="InboundDialect"/> too, so that its addresses are known as its own.</summary>
    private static void AddDialects(this IServiceCollection services)
    {
        services.AddSingleton<OpenAIDialect>();
        services.AddSingleton<OpenAICompletionsDialect>();
        services.AddDialect<AnthropicDialect>();
        services.AddDialect<GeminiDialect>();
        services.AddSingleton<GeminiArrayDialect>();
        services.AddSingleton<InboundDialects>();
        services.AddSingleton<DialectCalls>();
        services.AddDialect<OllamaDialect>();
        services.AddSingleton<OllamaGenerateDialect>();
        services.AddSingleton<OllamaOldEmbeddingsDialect>();
        services.AddDialect<ResponsesDialect>();
        services.AddSingleton<ResponsesConversation>();
        services.AddSingleton<ResponsesKeeper>();
        services.AddSingleton<ResponsesCalls>();
    }

    internal static void AddDialect<TDialect>(this IServiceCollection services)
        where TDialect : InboundDialect
    {
        services.AddSingleton<TDialect>();
        services.AddSingleton<InboundDialect>(provider => provider.GetRequiredService<TDialect>());
    }

    private static IServiceCollection AddParts(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddConductor();
        services.AddSqliteStorage();
        return services;
    }
}
