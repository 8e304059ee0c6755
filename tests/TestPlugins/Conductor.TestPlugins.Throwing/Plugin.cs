using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("throwing", typeof(Conductor.TestPlugins.Throwing.Plugin))]

namespace Conductor.TestPlugins.Throwing;

public sealed class Plugin : IProviderPlugin
{
    public Plugin() => throw new NoLicenceException();

    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }
}

/// <summary>A type of the plugin's own: whoever keeps the exception keeps the plugin.</summary>
public sealed class NoLicenceException() : Exception("no licence file");
