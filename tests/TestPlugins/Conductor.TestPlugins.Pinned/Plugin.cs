using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("pinned", typeof(Conductor.TestPlugins.Pinned.Plugin))]

namespace Conductor.TestPlugins.Pinned;

/// <summary>Hooks an event of the process and never lets go: it cannot leave memory.</summary>
public sealed class Plugin : IProviderPlugin
{
    public Plugin() => AppDomain.CurrentDomain.ProcessExit += (_, _) => GC.KeepAlive(this);

    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }
}
