using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("library-one", typeof(Conductor.TestPlugins.LibraryOne.Plugin))]

namespace Conductor.TestPlugins.LibraryOne;

public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }

    public override string ToString() => Library.Name;
}
