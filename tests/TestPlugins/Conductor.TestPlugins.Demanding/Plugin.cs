using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("demanding", typeof(Conductor.TestPlugins.Demanding.Plugin))]

namespace Conductor.TestPlugins.Demanding;

/// <summary>Takes no settings but the right ones.</summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context) =>
        throw new PluginSettingsException($"'{context.Name}' has the region '{context.Settings["region"]}'; it must be 'eu' or 'us'.");
}
