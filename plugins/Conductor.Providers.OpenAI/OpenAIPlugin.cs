using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "openai", typeof(Conductor.Providers.OpenAI.OpenAIPlugin), DisplayName = "OpenAI", Description = "OpenAI's own models: chat and embeddings.")]

namespace Conductor.Providers.OpenAI;

/// <summary>Brings OpenAI's own models.</summary>
public sealed class OpenAIPlugin : IProviderPlugin
{
    private static readonly HttpProviderDefaults Defaults = new() { BaseUrl = "https://api.openai.com/v1", NeedsKey = true, Example = "https://api.openai.com/v1" };

    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = HttpProviderSettings.Read(context, Defaults);
        var profile = new UpstreamProfile { Errors = new OpenAIProviderErrors(), EndMarks = OpenAIService.EndMarks, Headers = Headers(context) };
        services.AddSingleton(room => new UpstreamClient(settings, profile, room.GetRequiredService<IHttpClientFactory>(), room.GetRequiredService<TimeProvider>()));
        services.AddSingleton(room => new OpenAIModelsService(settings, room.GetRequiredService<UpstreamClient>()));
        services.AddSingleton<IModelProvider, OpenAIProvider>();
    }

    private static List<KeyValuePair<string, string>> Headers(ProviderContext context)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (SettingReader.Header(context, "organization") is { } organization)
        {
            headers.Add(new("OpenAI-Organization", organization));
        }

        if (SettingReader.Header(context, "project") is { } project)
        {
            headers.Add(new("OpenAI-Project", project));
        }

        return headers;
    }
}
