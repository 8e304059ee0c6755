using Conductor.Operations.Summarization;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin(
    SummarizationOperation.Name, typeof(SummarizationPlugin),
    DisplayName = "Summarization", Description = "Shortens a text to what matters.")]

namespace Conductor.Operations.Summarization;

/// <summary>Brings the operation `summarization`.</summary>
public sealed class SummarizationPlugin : IOperationPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<IOperation, SummarizationOperation>();
}
