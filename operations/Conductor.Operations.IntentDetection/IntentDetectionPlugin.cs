using Conductor.Operations.IntentDetection;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin(
    IntentDetectionOperation.Name, typeof(IntentDetectionPlugin),
    DisplayName = "Intent detection", Description = "Tells which of the given intents a text has.")]

namespace Conductor.Operations.IntentDetection;

/// <summary>Brings the operation `intent_detection`.</summary>
public sealed class IntentDetectionPlugin : IOperationPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<IOperation, IntentDetectionOperation>();
}
