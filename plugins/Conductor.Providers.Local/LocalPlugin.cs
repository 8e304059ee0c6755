using Conductor.Plugins;
using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Entities;
using Conductor.Providers.Local.Intents;
using Conductor.Providers.Local.Sentiment;
using Conductor.Providers.Local.Summaries;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "local", typeof(Conductor.Providers.Local.LocalPlugin),
    DisplayName = "Embedded", Description = "Engines and a sentence encoder inside this process: no key, no network.")]

namespace Conductor.Providers.Local;

/// <summary>Brings the embedded provider.</summary>
public sealed class LocalPlugin : IProviderPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        services.AddSingleton<ITextEncoder>(_ => new MiniLmEncoder(MiniLmEncoder.ShippedModel, KernelKinds.Best, new EncoderSlots(EncoderSlots.Default)));
        services.AddSingleton<IntentEngine>();
        services.AddSingleton<EntityEngine>();
        services.AddSingleton<SentimentEngine>();
        services.AddSingleton<SummarizationEngine>();
        services.AddSingleton<IModelProvider, LocalProvider>();
    }
}
