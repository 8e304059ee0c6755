using Conductor.Hooks;
using Conductor.Operations;
using Conductor.Prompts;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Plugins;

/// <summary>The way into an operation plugin. Created once per load.</summary>
public interface IOperationPlugin
{
    /// <summary>
    /// Registers the plugin's services in a container of its own; at least one <see cref="IOperation"/>, <see cref="PromptFunction"/> or <see cref="ICallHook"/> must be among
    /// them. All are created at once; functions are open to the templates of all prompts, hooks see all calls.
    /// </summary>
    void ConfigureServices(IServiceCollection services, OperationContext context);
}
