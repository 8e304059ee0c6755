using System.Text;
using Conductor.Plugins;
using Conductor.Security;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Google.Tests;

/// <summary>The plugin in a container as the host would build it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string Key = "g-secret-key";

    private readonly ServiceProvider _services;

    private TestProvider(ServiceProvider services) => _services = services;

    public IModelProvider Provider => _services.GetRequiredService<IModelProvider>();

    public static TestProvider For(string? baseUrl, string? key = Key, params (string Name, string Value)[] settings)
    {
        var values = settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value)).ToList();
        if (baseUrl is not null)
        {
            values.Add(new("base_url", baseUrl));
        }

        var context = new ProviderContext
        {
            Name = "google",
            Settings = new ConfigurationBuilder().AddInMemoryCollection(values).Build(),
            Keys = key is null ? [] : [new Secret(key)],
            DataFolder = Path.GetTempPath(),
        };
        var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddSingleton(context);
        services.AddHttpClient().ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false }));
        new GooglePlugin().ConfigureServices(services, context);
        return new TestProvider(services.BuildServiceProvider());
    }

    public IChatClient Chat(string model = "gemini-2.5-flash") => Provider.GetChatClient(model)!;

    public Task<RawReply> RawAsync(RawEndpoint endpoint, bool isStreaming, string body, string model = "gemini-2.5-flash") =>
        Provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "gemini", Endpoint = endpoint, ModelId = model, Body = Encoding.UTF8.GetBytes(body), IsStreaming = isStreaming }, CancellationToken.None);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
