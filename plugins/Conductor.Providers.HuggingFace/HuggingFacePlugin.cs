using Conductor.Plugins;
using Conductor.Providers.Http;
using Conductor.Providers.Http.OpenAI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin(
    "huggingface", typeof(Conductor.Providers.HuggingFace.HuggingFacePlugin), DisplayName = "Hugging Face", Description = "Models of the hub: chat, vectors, and tasks without a prompt.")]

namespace Conductor.Providers.HuggingFace;

/// <summary>Brings models of the Hugging Face hub.</summary>
public sealed class HuggingFacePlugin : IProviderPlugin
{
    /// <inheritdoc/>
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        // Read here, so that a mistake in the settings is told at once and not by the first call.
        var settings = HuggingFaceSettings.Read(context);
        var profile = new UpstreamProfile
        {
            Errors = new HuggingFaceErrors(),
            EndMarks = OpenAIService.EndMarks,
            RequestIdHeaders = ["x-request-id", "x-amzn-requestid"],
            Headers = settings.BillTo is { } payer ? [new("X-HF-Bill-To", payer)] : [],
        };
        services.AddSingleton(settings);
        services.AddSingleton(room => new UpstreamClient(settings.Http, profile, room.GetRequiredService<IHttpClientFactory>(), room.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HuggingFaceService>();
        services.AddSingleton<IModelProvider, HuggingFaceProvider>();
    }
}
