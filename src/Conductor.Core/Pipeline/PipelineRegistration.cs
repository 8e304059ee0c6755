using Conductor.Admission;
using Conductor.Budgets;
using Conductor.Caching;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Invoke;
using Conductor.Limits;
using Conductor.Routing;
using Conductor.Routing.Strategies;
using Conductor.Signatures;
using Conductor.Storage;
using Conductor.Telemetry;
using Conductor.Usage;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Pipeline;

/// <summary>The one line that every call travels: chat, embeddings and typed operations alike.</summary>
public static class PipelineRegistration
{
    /// <summary>Outermost first; the only place that knows the order (docs/decisions/0002).</summary>
    internal static readonly Type[] Order =
    [
        typeof(TelemetryBehavior<,>),
        typeof(AdmissionBehavior<,>),
        typeof(RoutingBehavior<,>),
        typeof(CachingBehavior<,>),
        typeof(CostBehavior<,>),
        typeof(FallbackBehavior<,>),
    ];

    /// <summary>Registers the machine. The caller adds settings, a catalogue and, if it wants one that lasts, a ledger store.</summary>
    public static IServiceCollection AddConductorPipeline(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        // MediatR 5.1 has no registration of its own for this container.
        services.AddSingleton<ServiceFactory>(provider => provider.GetService!);
        services.AddSingleton<IMediator, Mediator>();
        foreach (var behavior in Order)
        {
            services.AddSingleton(typeof(IPipelineBehavior<,>), behavior);
        }

        services.AddSingleton<IRequestHandler<ChatCall, ChatOutcome>, ChatHandler>();
        services.AddSingleton<IRequestHandler<EmbeddingCall, EmbeddingOutcome>, EmbeddingHandler>();
        services.AddSingleton<IRequestHandler<TokenCountCall, TokenCountOutcome>, TokenCountHandler>();
        services.AddSingleton<IRequestHandler<OperationCall, OperationOutcome>, OperationHandler>();
        services.AddSingleton<AttemptServices>();

        services.AddSingleton<BudgetAlerts>();
        services.AddSingleton<BudgetBook>();
        services.AddSingleton<BudgetGate>();
        services.AddSingleton<ISpendObserver>(provider => provider.GetRequiredService<BudgetBook>());

        services.AddSingleton<TokensBefore>();
        services.TryAddSingleton<IRateLimitStore>(provider => new InMemoryRateLimitStore(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<TokensBefore>()));
        services.AddSingleton<LimitGate>();

        services.AddSingleton<KeyRing>();
        services.AddSingleton<ConcurrencyGate>();
        services.AddSingleton<ExactCache>();
        services.AddSingleton<SingleFlight>();
        services.AddSingleton<SignatureMemory>();
        services.AddSingleton<UnpricedTargets>();
        services.AddSingleton(provider => new CostQuestions(provider.GetRequiredService<ICatalog>(), provider.GetRequiredService<Router>(), provider.GetRequiredService<AttemptServices>()));
        services.AddSingleton<UsageReports>();
        services.AddSingleton<Router>();
        services.AddSingleton<IRoutingStrategy, OrderedStrategy>();
        services.AddSingleton<IRoutingStrategy, WeightedStrategy>();
        services.AddSingleton<IRoutingStrategy, CostStrategy>();
        services.AddSingleton<IRoutingStrategy, PerformanceStrategy>();
        services.AddSingleton<IRoutingStrategy, BalancedStrategy>();

        services.AddConductorTelemetry();
        services.AddLedger();
        return services;
    }
}
