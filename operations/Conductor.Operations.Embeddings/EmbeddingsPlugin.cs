using Conductor.Operations.Embeddings;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin(
    EmbeddingsOperation.Name, typeof(EmbeddingsPlugin),
    DisplayName = "Embeddings", Description = "Turns texts into vectors whose angles tell how alike the texts are.")]

namespace Conductor.Operations.Embeddings;

/// <summary>Brings the operation `embeddings`.</summary>
public sealed class EmbeddingsPlugin : IOperationPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<IOperation, EmbeddingsOperation>();
}
