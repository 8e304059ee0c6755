using System.Text;
using Conductor.Plugins;
using Conductor.Security;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Anthropic.Tests;

/// <summary>The plugin in a container as the host would build it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string Model = "claude-sonnet-4-5";

    private readonly ServiceProvider _services;

    private TestProvider(ServiceProvider services) => _services = services;

    public IModelProvider Provider => _services.GetRequiredService<IModelProvider>();

    public static TestProvider For(string? baseUrl, params (string Name, string Value)[] settings) => For(baseUrl, TimeProvider.System, "sk-ant-secret-key", settings);

    public static TestProvider For(string? baseUrl, TimeProvider time, string? key, params (string Name, string Value)[] settings)
    {
        var values = settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)).ToList();
        if (baseUrl is not null)
        {
            values.Add(new("base_url", baseUrl));
        }

        var context = new ProviderContext
        {
            Name = "claude",
            Settings = new ConfigurationBuilder().AddInMemoryCollection(values).Build(),
            Keys = key is null ? [] : [new Secret(key)],
            DataFolder = Path.GetTempPath(),
        };
        var services = new ServiceCollection().AddSingleton(time).AddSingleton(context);
        services.AddHttpClient().ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false }));
        new AnthropicPlugin().ConfigureServices(services, context);
        return new TestProvider(services.BuildServiceProvider());
    }

    public Task<ChatResponse> AskAsync(string text = "hi", ChatOptions? options = null, string model = Model) =>
        Provider.GetChatClient(model)!.GetResponseAsync([new ChatMessage(ChatRole.User, text)], options, CancellationToken.None);

    public IAsyncEnumerable<ChatResponseUpdate> StreamAsync(string text = "hi", ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Provider.GetChatClient(Model)!.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, text)], options, cancellationToken);

    public Task<RawReply> RawAsync(RawEndpoint endpoint, string body, bool isStreaming = false, params KeyValuePair<string, string>[] headers) =>
        Provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "anthropic", Endpoint = endpoint, ModelId = Model, Body = Encoding.UTF8.GetBytes(body), IsStreaming = isStreaming, Headers = headers },
            CancellationToken.None);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
