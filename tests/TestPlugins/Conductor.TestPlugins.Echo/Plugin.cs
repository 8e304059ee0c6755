using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("test-echo", typeof(Conductor.TestPlugins.Echo.Plugin), DisplayName = "Echo", Description = "Says it again.")]

namespace Conductor.TestPlugins.Echo;

/// <summary>A provider that answers; settings: `prefix`, what every answer begins with.</summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context) =>
        services.AddSingleton<IModelProvider>(new Provider(context.Settings["prefix"] ?? ""));
}

internal sealed class Provider(string prefix) : IModelProvider
{
    public IChatClient GetChatClient(string modelId) => new Client(prefix);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new() { Id = "echo" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);
}

internal sealed class Client(string prefix) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, prefix + messages.Last().Text)) { FinishReason = ChatFinishReason.Stop });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var word in (prefix + messages.Last().Text).Split(' '))
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, word + " ");
        }

        yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
