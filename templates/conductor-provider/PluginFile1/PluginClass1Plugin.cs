using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.DependencyInjection;
using PluginClass1;

// The host reads this line from the DLL before it loads any code: id, entry point, what people see.
[assembly: ProviderPlugin("plugin-id-1", typeof(PluginClass1Plugin), DisplayName = "PluginFile1", Description = "Says what it is told, or passes it on.")]

namespace PluginClass1;

/// <summary>Asked once for every provider of the configuration that says `plugin: plugin-id-1`.</summary>
public sealed class PluginClass1Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        services.AddSingleton(PluginClass1Settings.Read(context));
        services.AddSingleton<IModelProvider, PluginClass1Provider>();
    }
}
