using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "openai-compatible", typeof(Conductor.Providers.OpenAICompatible.OpenAICompatiblePlugin),
    DisplayName = "OpenAI-compatible", Description = "Any server that speaks the OpenAI dialect: vLLM, llama.cpp, LM Studio and the rest.")]

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Brings servers that speak the OpenAI dialect.</summary>
public sealed class OpenAICompatiblePlugin : IProviderPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        services.AddSingleton(OpenAICompatibleSettings.Read(context));
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<IModelProvider, OpenAICompatibleProvider>();
    }
}
