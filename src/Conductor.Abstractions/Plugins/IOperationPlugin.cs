using Conductor.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Plugins;

/// <summary>The way into an operation plugin. Created once per load.</summary>
public interface IOperationPlugin
{
    /// <summary>Registers the plugin's services in a container of its own; at least one <see cref="IOperation"/> must be among them.</summary>
    void ConfigureServices(IServiceCollection services, OperationContext context);
}
