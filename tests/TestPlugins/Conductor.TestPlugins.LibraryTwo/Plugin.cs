using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("library-two", typeof(Conductor.TestPlugins.LibraryTwo.Plugin))]

namespace Conductor.TestPlugins.LibraryTwo;

public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }

    public override string ToString() => Library.Name;
}
