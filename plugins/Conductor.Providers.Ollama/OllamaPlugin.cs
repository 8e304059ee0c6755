using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "ollama", typeof(Conductor.Providers.Ollama.OllamaPlugin), DisplayName = "Ollama", Description = "Models that Ollama runs, on this machine or another.")]

namespace Conductor.Providers.Ollama;

/// <summary>Brings the models of an Ollama. Without any settings it is the one on this machine, where there is one.</summary>
public sealed class OllamaPlugin : IProviderPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        services.AddSingleton(OllamaSettings.Read(context));
        services.AddSingleton<OllamaHttp>();
        services.AddSingleton<ModelCards>();
        services.AddSingleton<ContextSizer>();
        services.AddSingleton<ChatSender>();
        services.AddSingleton<IModelProvider, OllamaProvider>();
    }
}
