using Conductor.Plugins;
using Conductor.Providers.Http;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "anthropic", typeof(Conductor.Providers.Anthropic.AnthropicPlugin),
    DisplayName = "Anthropic", Description = "Anthropic's Messages API, and servers that speak it.")]

namespace Conductor.Providers.Anthropic;

/// <summary>Brings Anthropic's models.</summary>
public sealed class AnthropicPlugin : IProviderPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = AnthropicSettings.Read(context);
        services.AddSingleton(settings);
        services.AddSingleton(room => new UpstreamClient(settings.Http, ProfileOf(settings), room.GetRequiredService<IHttpClientFactory>(), room.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ModelLimits>();
        services.AddSingleton<IModelProvider, AnthropicProvider>();
    }

    private static UpstreamProfile ProfileOf(AnthropicSettings settings) => new()
    {
        Errors = new AnthropicErrors(),
        RequestIdHeaders = ["request-id", "x-request-id"],
        // Inside a text the quotes would be escaped.
        EndMarks = ["\"message_stop\""u8.ToArray()],
        Headers = settings.Headers,
    };
}
