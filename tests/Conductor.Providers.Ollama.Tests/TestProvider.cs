using Conductor.Plugins;
using Conductor.Security;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Ollama.Tests;

/// <summary>The plugin in a container as the host would build it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestProvider(ServiceProvider services) => _services = services;

    public IModelProvider Provider => _services.GetRequiredService<IModelProvider>();

    public static TestProvider For(string? baseUrl, params (string Name, string Value)[] settings) => For(baseUrl, null, settings);

    public static TestProvider For(string? baseUrl, TimeProvider? time, params (string Name, string Value)[] settings)
    {
        var context = Context(baseUrl, settings);
        var services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddSingleton(context);
        services.AddHttpClient().ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false }));
        new OllamaPlugin().ConfigureServices(services, context);
        return new TestProvider(services.BuildServiceProvider());
    }

    public static ProviderContext Context(string? baseUrl, params (string Name, string Value)[] settings)
    {
        var values = settings.Where(setting => setting.Name != "key").Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)).ToList();
        if (baseUrl is not null)
        {
            values.Add(new("base_url", baseUrl));
        }

        return new ProviderContext
        {
            Name = "home",
            Settings = new ConfigurationBuilder().AddInMemoryCollection(values).Build(),
            Keys = [.. settings.Where(setting => setting.Name == "key").Select(setting => new Secret(setting.Value))],
            DataFolder = Path.GetTempPath(),
        };
    }

    public IChatClient Chat(string model = "llama3.2") => Provider.GetChatClient(model)!;

    public Task<ChatResponse> AskAsync(string text = "Hi", ChatOptions? options = null, string model = "llama3.2") => Chat(model).GetResponseAsync(text, options);

    public async Task<List<ChatResponseUpdate>> StreamAsync(string text = "Hi", ChatOptions? options = null, string model = "llama3.2") =>
        await Chat(model).GetStreamingResponseAsync(text, options).ToListAsync();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
