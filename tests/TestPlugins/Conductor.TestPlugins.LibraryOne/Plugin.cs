using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("library-one", typeof(Conductor.TestPlugins.LibraryOne.Plugin))]

namespace Conductor.TestPlugins.LibraryOne;

/// <summary>Says which version of the library it got.</summary>
public sealed class Plugin : Talker, IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }
}
