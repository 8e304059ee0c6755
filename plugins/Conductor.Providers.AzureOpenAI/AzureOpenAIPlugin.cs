using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

[assembly: ProviderPlugin(
    "azure-openai", typeof(Conductor.Providers.AzureOpenAI.AzureOpenAIPlugin), DisplayName = "Azure OpenAI", Description = "OpenAI's models as Azure serves them.")]

namespace Conductor.Providers.AzureOpenAI;

/// <summary>Brings the deployments of a resource of Azure OpenAI.</summary>
public sealed class AzureOpenAIPlugin : IProviderPlugin
{
    private static readonly UpstreamProfile Profile = new()
    {
        Errors = new AzureErrors(),
        EndMarks = OpenAIService.EndMarks,
        RequestIdHeaders = ["x-request-id", "apim-request-id"],
    };

    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = AzureSettings.Read(context);
        services.AddSingleton(settings);
        if (settings.IsEntra)
        {
            services.TryAddSingleton<TokenCredential>(room => Identity(settings, room.GetRequiredService<IHttpClientFactory>()));
        }

        services.AddSingleton(room =>
        {
            var time = room.GetRequiredService<TimeProvider>();
            var credential = settings.IsEntra ? new EntraCredential(room.GetRequiredService<TokenCredential>(), settings.Scope, time) : null;
            return new UpstreamClient(settings.Http, Profile, room.GetRequiredService<IHttpClientFactory>(), time, credential);
        });
        services.AddSingleton<AzureService>();
        services.AddSingleton<IModelProvider, AzureProvider>();
    }

    private static DefaultAzureCredential Identity(AzureSettings settings, IHttpClientFactory clients)
    {
        var options = new DefaultAzureCredentialOptions
        {
            // The host's connections, so that its rules for proxies hold here too.
            Transport = new HttpClientTransport(clients.CreateClient(settings.Http.Name)),
            ManagedIdentityClientId = settings.ClientId,
            WorkloadIdentityClientId = settings.ClientId,
        };
        if (settings.TenantId is { } tenant)
        {
            options.TenantId = tenant;
        }

        return new DefaultAzureCredential(options);
    }
}
