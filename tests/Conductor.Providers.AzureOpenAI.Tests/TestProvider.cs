using System.Text;
using Conductor.Plugins;
using Conductor.Security;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.AzureOpenAI.Tests;

/// <summary>The plugin in a container as the host would build it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestProvider(ServiceProvider services) => _services = services;

    public IModelProvider Provider => _services.GetRequiredService<IModelProvider>();

    public static TestProvider For(FakeUpstream upstream, string? key = "azure-secret", Action<IServiceCollection>? more = null, params (string Name, string Value)[] settings)
    {
        var context = Context(new Uri(upstream.BaseUrl).GetLeftPart(UriPartial.Authority), key, settings);
        var services = new ServiceCollection().AddSingleton(TimeProvider.System);
        services.AddHttpClient().ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false }));
        more?.Invoke(services);
        new AzureOpenAIPlugin().ConfigureServices(services, context);
        return new TestProvider(services.BuildServiceProvider());
    }

    public static ProviderContext Context(string? baseUrl, string? key, params (string Name, string Value)[] settings) => new()
    {
        Name = "azure",
        Settings = new ConfigurationBuilder()
            .AddInMemoryCollection([.. settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)), new("base_url", baseUrl)]).Build(),
        Keys = key is null ? [] : [new Secret(key)],
        DataFolder = Path.GetTempPath(),
    };

    public Task<ChatResponse> AskAsync(string model = "gpt-4o", ChatOptions? options = null) => Provider.GetChatClient(model)!.GetResponseAsync("hi", options);

    public async Task<string> RawAsync(bool isStreaming, string model = "gpt-4o", RawEndpoint endpoint = RawEndpoint.Chat)
    {
        var body = Encoding.UTF8.GetBytes($$"""{ "messages":[{"role":"user","content":"hi"}], "model" : "{{model}}","x":"model" }""");
        await using var reply = await Provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "openai", Endpoint = endpoint, ModelId = model, Body = body, IsStreaming = isStreaming }, CancellationToken.None);
        return await new StreamReader(reply.Body).ReadToEndAsync();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
