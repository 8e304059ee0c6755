using Conductor.Operations.EntityExtraction;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin(
    EntityExtractionOperation.Name, typeof(EntityExtractionPlugin),
    DisplayName = "Entity extraction", Description = "Finds the names, dates, amounts and addresses in a text.")]

namespace Conductor.Operations.EntityExtraction;

/// <summary>Brings the operation `entity_extraction`.</summary>
public sealed class EntityExtractionPlugin : IOperationPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<IOperation, EntityExtractionOperation>();
}
