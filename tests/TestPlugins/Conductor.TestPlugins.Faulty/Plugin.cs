using Conductor.Operations;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("faulty", typeof(Conductor.TestPlugins.Faulty.Plugin))]

namespace Conductor.TestPlugins.Faulty;

/// <summary>A provider over an OpenAI upstream that does one thing wrong; settings: `base_url`, `fault`, which of it. Without a fault it does nothing wrong.</summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context) => services.AddSingleton<IModelProvider>(made =>
        new Provider(new Upstream(made.GetRequiredService<IHttpClientFactory>().CreateClient(context.Name), context.Settings["base_url"]!, context.RequireKey().Reveal(), context.Settings["fault"] ?? "")));
}

internal sealed class Provider(Upstream upstream) : IModelProvider, IDisposable
{
    public IChatClient GetChatClient(string modelId) => new Client(upstream, modelId);

    public IEmbeddingGenerator<string, Embedding<float>> GetEmbeddingGenerator(string modelId) => new Generator(upstream);

    public IRawTransport RawTransport { get; } = new Transport(upstream);

    public IReadOnlyList<IOperationEngine> Engines { get; } = upstream.Fault == "hides-engine" ? [new Engine()] : [];

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken)
    {
        ModelDescriptor model = new() { Id = "fake-model", Capabilities = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Embeddings };
        return Task.FromResult<IReadOnlyList<ModelDescriptor>>(upstream.Fault == "lists-twice" ? [model, model] : [model]);
    }

    public async Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await upstream.SendAsync("models", default, cancellationToken);
            return ProviderHealth.Healthy;
        }
        catch (ProviderException failure) when (upstream.Fault != "throws-at-health")
        {
            return new ProviderHealth(ProviderHealthStatus.Unhealthy, failure.Message);
        }
    }

    public void Dispose()
    {
        if (upstream.Fault == "throws-at-dispose")
        {
            throw new InvalidOperationException("not yet");
        }
    }
}

internal sealed class Engine : IOperationEngine
{
    public string Operation => "guessing";

    public string ModelId => "unheard-of";

    public Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => throw new NotSupportedException();
}
