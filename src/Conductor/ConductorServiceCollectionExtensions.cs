using Conductor.Catalog;
using Conductor.Configuration;
using Conductor.InProcess;
using Conductor.Pipeline;
using Conductor.PluginLoading;
using Conductor.Plugins;
using Conductor.Prompts;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Conductor;

/// <summary>Registers Conductor.</summary>
public static class ConductorServiceCollectionExtensions
{
    /// <summary>Conductor with the settings of a configuration: its section `Conductor` where it has one, else the configuration itself.</summary>
    /// <exception cref="SettingsException">The configuration is wrong; the message lists every mistake.</exception>
    public static IServiceCollection AddConductor(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton<ISettings>(new FixedSettings(SettingsLoader.Load(configuration).Required));
        return services.AddConductor();
    }

    /// <summary>Conductor with settings that are already in the container, as <see cref="ISettings"/>.</summary>
    public static IServiceCollection AddConductor(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddConductorPipeline();
        services.AddProviderHttpClients();
        services.AddSingleton<PromptStore>(PluginServices.CreatePromptStore);
        services.AddSingleton(PluginServices.CreateLoaderOptions);
        services.AddSingleton<PluginLoader>();
        services.AddSingleton<PluginWatcher>();
        services.AddSingleton<ProviderFactory>();
        services.AddSingleton<PluginRoster>();
        services.AddSingleton<ProviderQuestions>();
        services.AddSingleton<PluginRetirement>();
        services.AddSingleton<PluginAudit>();
        services.AddSingleton<PluginRuntime>();
        services.AddSingleton<ICatalog>(provider => provider.GetRequiredService<PluginRuntime>());
        services.TryAddSingleton<IConductor, ConductorClient>();
        services.AddSingleton<IHostedService, PluginRuntimeService>();
        return services;
    }
}
