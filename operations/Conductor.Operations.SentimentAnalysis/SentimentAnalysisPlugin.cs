using Conductor.Operations.SentimentAnalysis;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin(
    SentimentAnalysisOperation.Name, typeof(SentimentAnalysisPlugin),
    DisplayName = "Sentiment analysis", Description = "Judges whether a text is positive, negative or neutral.")]

namespace Conductor.Operations.SentimentAnalysis;

/// <summary>Brings the operation `sentiment_analysis`.</summary>
public sealed class SentimentAnalysisPlugin : IOperationPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, OperationContext context) =>
        services.AddSingleton<IOperation, SentimentAnalysisOperation>();
}
