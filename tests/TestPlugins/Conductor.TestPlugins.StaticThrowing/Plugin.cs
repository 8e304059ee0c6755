using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("static-throwing", typeof(Conductor.TestPlugins.StaticThrowing.Plugin))]

namespace Conductor.TestPlugins.StaticThrowing;

public sealed class Plugin : IProviderPlugin
{
    static Plugin() => RequireLicence();

    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }

    private static void RequireLicence() => throw new InvalidOperationException("no licence server");
}
