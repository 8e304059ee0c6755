using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "openai-compatible", typeof(Conductor.Providers.OpenAICompatible.OpenAICompatiblePlugin),
    DisplayName = "OpenAI-compatible", Description = "Any server that speaks the OpenAI dialect: vLLM, llama.cpp, LM Studio and the rest.")]

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Brings servers that speak the OpenAI dialect.</summary>
public sealed class OpenAICompatiblePlugin : IProviderPlugin
{
    private static readonly UpstreamProfile Profile = new() { Errors = new OpenAIErrors("the upstream"), EndMarks = OpenAIService.EndMarks };

    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = OpenAICompatibleSettings.Read(context);
        services.AddSingleton(settings);
        services.AddSingleton(room => new UpstreamClient(settings.Http, Profile, room.GetRequiredService<IHttpClientFactory>(), room.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OpenAICompatibleService>();
        services.AddSingleton<IModelProvider, OpenAICompatibleProvider>();
    }
}
