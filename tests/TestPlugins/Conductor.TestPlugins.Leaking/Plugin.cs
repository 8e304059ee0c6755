using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("leaking", typeof(Conductor.TestPlugins.Leaking.Plugin))]

namespace Conductor.TestPlugins.Leaking;

/// <summary>A provider that answers, and hooks an event of the process: no version of it leaves memory.</summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => GC.KeepAlive(this);
        services.AddSingleton<IModelProvider>(new Provider());
    }
}

internal sealed class Provider : IModelProvider
{
    public IChatClient GetChatClient(string modelId) => new Client();

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new() { Id = "drip" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);
}

internal sealed class Client : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "drip")) { FinishReason = ChatFinishReason.Stop });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, "drip") { FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
