using Conductor.Plugins;
using Conductor.Providers.Http;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("google", typeof(Conductor.Providers.Google.GooglePlugin), DisplayName = "Google", Description = "Google's models over the Gemini API.")]

namespace Conductor.Providers.Google;

/// <summary>Brings Google's models over the Gemini API (`generativelanguage.googleapis.com`).</summary>
public sealed class GooglePlugin : IProviderPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = GoogleSettings.Read(context);
        var profile = new UpstreamProfile { Errors = new GoogleErrors(), RequestIdHeaders = ["x-goog-request-id", "x-request-id"] };
        services.AddSingleton(settings);
        services.AddSingleton(room => new UpstreamClient(settings.Http, profile, room.GetRequiredService<IHttpClientFactory>(), room.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IModelProvider, GoogleProvider>();
    }
}
