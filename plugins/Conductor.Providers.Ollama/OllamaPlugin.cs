using Conductor.Plugins;
using Conductor.Providers.Http;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "ollama", typeof(Conductor.Providers.Ollama.OllamaPlugin), DisplayName = "Ollama", Description = "Models that Ollama runs, on this machine or another.")]

namespace Conductor.Providers.Ollama;

/// <summary>Brings the models of an Ollama. Without any settings it is the one on this machine, where there is one.</summary>
public sealed class OllamaPlugin : IProviderPlugin
{
    private const string Accepted = "application/json, application/x-ndjson";

    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = OllamaSettings.Read(context);
        var profile = new UpstreamProfile { Errors = new OllamaErrors(context.Name), RequestIdHeaders = [], StreamAccept = Accepted, Accept = Accepted, MaxErrorBytes = 16 * 1024 };
        services.AddSingleton(settings);
        services.AddSingleton(room => new UpstreamClient(settings.Http, profile, room.GetRequiredService<IHttpClientFactory>(), room.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ModelCards>();
        services.AddSingleton<ContextSizer>();
        services.AddSingleton<ChatSender>();
        services.AddSingleton<OllamaTransport>();
        services.AddSingleton<IModelProvider, OllamaProvider>();
    }
}
