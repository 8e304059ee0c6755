using Anthropic;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("anthropic-client", typeof(Claude.AnthropicClientPlugin), DisplayName = "Anthropic's own client", Description = "Claude by the official package.")]

namespace Claude;

public sealed class AnthropicClientPlugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context) => services.AddSingleton<IModelProvider>(made =>
    {
        var client = new AnthropicClient
        {
            ApiKey = context.RequireKey().Reveal(),
            BaseUrl = context.Settings["base_url"] ?? "https://api.anthropic.com",
            HttpClient = made.GetRequiredService<IHttpClientFactory>().CreateClient(context.Name),
            Handlers = [new UpstreamFailureHandler()],
            MaxRetries = 0, // the host tries again, and elsewhere
        };
        return new ChatClientProvider(context, model => client.AsIChatClient(model, 4096)) // the most tokens of an answer, where a call names none
        {
            LeavesOut = ["temperature", "top_p", "top_k", "seed", "frequency_penalty", "presence_penalty"], // by this package, without a word
            ListModels = async token => [.. (await client.Models.List(cancellationToken: token).ConfigureAwait(false)).Items.Select(model => model.ID)],
        };
    });
}
