using Conductor.Operations;
using Conductor.Prompts;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Plugins;

/// <summary>The way into an operation plugin. Created once per load.</summary>
public interface IOperationPlugin
{
    /// <summary>
    /// Registers the plugin's services in a container of its own; at least one <see cref="IOperation"/> or one <see cref="PromptFunction"/> must be among
    /// them. Both are created at once; functions are open to the templates of all prompts.
    /// </summary>
    void ConfigureServices(IServiceCollection services, OperationContext context);
}
