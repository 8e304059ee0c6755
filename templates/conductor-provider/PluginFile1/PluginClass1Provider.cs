using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace PluginClass1;

/// <summary>One provider: its models, a client for each, and how it is.</summary>
internal sealed class PluginClass1Provider(PluginClass1Settings settings, ProviderContext context, IHttpClientFactory http) : IModelProvider
{
    private const string Model = "echo";

    // The lent factory keeps the connections; a client of it is cheap, and nothing has to be disposed here.
    public IChatClient? GetChatClient(string modelId) => modelId == Model ? new PluginClass1ChatClient(settings, http.CreateClient(context.Name)) : null;

    // A real upstream is asked for its models here.
    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new ModelDescriptor { Id = Model, DisplayName = "PluginFile1 echo" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);
}
