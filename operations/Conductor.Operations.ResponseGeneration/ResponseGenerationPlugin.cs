using Conductor.Operations.ResponseGeneration;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin(
    ResponseGenerationOperation.Name, typeof(ResponseGenerationPlugin),
    DisplayName = "Response generation", Description = "Answers the user, with the conversation so far and the context in view.")]

namespace Conductor.Operations.ResponseGeneration;

/// <summary>Brings the operation `response_generation`.</summary>
public sealed class ResponseGenerationPlugin : IOperationPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<IOperation, ResponseGenerationOperation>();
}
