using System.Text;
using Conductor.Plugins;
using Conductor.Security;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.OpenAI.Tests;

/// <summary>The plugin in a container as the host would build it, HTTP clients with .NET's own defaults but for redirects.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestProvider(ServiceProvider services) => _services = services;

    public IModelProvider Provider => _services.GetRequiredService<IModelProvider>();

    public static TestProvider For(string? baseUrl, string? key = "sk-secret-key", bool followRedirects = false, TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var values = settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)).ToList();
        if (baseUrl is not null)
        {
            values.Add(new("base_url", baseUrl));
        }

        var context = new ProviderContext
        {
            Name = "openai",
            Settings = new ConfigurationBuilder().AddInMemoryCollection(values).Build(),
            Keys = key is null ? [] : [new Secret(key)],
            DataFolder = Path.GetTempPath(),
        };
        var services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddSingleton(context);
        services.AddHttpClient().ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = followRedirects }));
        new OpenAIPlugin().ConfigureServices(services, context);
        return new TestProvider(services.BuildServiceProvider());
    }

    public Task<ChatResponse> AskAsync(string text = "hi", ChatOptions? options = null) =>
        Provider.GetChatClient("m")!.GetResponseAsync([new ChatMessage(ChatRole.User, text)], options, CancellationToken.None);

    public IAsyncEnumerable<ChatResponseUpdate> StreamAsync(CancellationToken cancellationToken = default) =>
        Provider.GetChatClient("m")!.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hi")], null, cancellationToken);

    public Task<RawReply> RawAsync(bool isStreaming, string body = """{"model":"m","messages":[{"role":"user","content":"hi"}]}""", CancellationToken cancellationToken = default) =>
        Provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "openai", Endpoint = RawEndpoint.Chat, ModelId = "m", Body = Encoding.UTF8.GetBytes(body), IsStreaming = isStreaming },
            cancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
