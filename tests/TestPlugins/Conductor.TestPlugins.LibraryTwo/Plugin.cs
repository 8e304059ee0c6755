using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("library-two", typeof(Conductor.TestPlugins.LibraryTwo.Plugin))]

namespace Conductor.TestPlugins.LibraryTwo;

/// <summary>Says which version of the library it got.</summary>
public sealed class Plugin : Talker, IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
    }
}
