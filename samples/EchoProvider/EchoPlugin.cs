using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Conductor.Providers;
using EchoProvider;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

// The host reads this line from the DLL before it loads any code: id, entry point, what people see.
[assembly: ProviderPlugin("echo", typeof(EchoPlugin), DisplayName = "Echo", Description = "Repeats the last user message; a plugin to copy from.")]

namespace EchoProvider;

/// <summary>Asked once for every provider of the configuration that says `plugin: echo`.</summary>
public sealed class EchoPlugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context) => services.AddSingleton<IModelProvider, EchoModelProvider>();
}

/// <summary>One provider with one model.</summary>
internal sealed class EchoModelProvider : IModelProvider
{
    private const string Model = "echo-1";

    public IChatClient? GetChatClient(string modelId) => modelId == Model ? new EchoChatClient() : null;

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new ModelDescriptor { Id = Model, DisplayName = "Echo 1" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);
}

/// <summary>Answers with the last user message, whole or word by word.</summary>
internal sealed class EchoChatClient : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text ?? "";
        for (var start = 0; start < text.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var space = text.IndexOf(' ', start);
            var end = space < 0 ? text.Length : space + 1; // a word takes the space behind it along
            yield return new ChatResponseUpdate(ChatRole.Assistant, text[start..end]);
            start = end;
            await Task.Yield(); // a real provider awaits its upstream here
        }

        yield return new ChatResponseUpdate { Role = ChatRole.Assistant, FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey) => null;

    public void Dispose()
    {
        // Nothing is held. A client with a connection closes it here.
    }
}
