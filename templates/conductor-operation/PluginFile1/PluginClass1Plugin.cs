using Conductor.Operations;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;
using PluginClass1;

// The host reads this line from the DLL before it loads any code: id, entry point, what people see.
[assembly: OperationPlugin(PluginClass1Operation.Name, typeof(PluginClass1Plugin), DisplayName = "PluginFile1", Description = "Gives a text a title.")]

namespace PluginClass1;

/// <summary>Created once per load.</summary>
public sealed class PluginClass1Plugin : IOperationPlugin
{
    public void ConfigureServices(IServiceCollection services, OperationContext context) => services.AddSingleton<IOperation, PluginClass1Operation>();
}
