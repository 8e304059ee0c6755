using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.TestPlugins.Relay;

/// <summary>
/// A provider that passes an OpenAI stream on, in Microsoft.Extensions.AI's types. What each plugin of this source does besides, its <see cref="Habit"/> says.
/// Settings: `base_url`.
/// </summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        var upstream = new Uri(context.Settings["base_url"] ?? throw new PluginSettingsException("base_url says where the upstream is."));
        services.AddSingleton(_ => new Habit(context, upstream)); // made by the container, and so disposed by it
        services.AddSingleton<IModelProvider>(made => new Provider(made.GetRequiredService<Habit>(), made.GetRequiredService<IHttpClientFactory>(), upstream));
    }
}

internal sealed class Provider(Habit habit, IHttpClientFactory http, Uri upstream) : IModelProvider
{
    public IChatClient GetChatClient(string modelId) => new Client(habit, http, upstream, modelId);

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new() { Id = "numbers" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);
}

internal sealed class Client(Habit habit, IHttpClientFactory http, Uri upstream, string model) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        throw new ProviderException(ProviderErrorKind.Unsupported, "It streams only.");

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var text in habit.StreamAsync(http, upstream, model, messages.Last().Text, cancellationToken))
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, text);
        }

        yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
