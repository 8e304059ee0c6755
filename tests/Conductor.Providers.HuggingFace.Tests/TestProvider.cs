using System.Text;
using System.Text.Json;
using Conductor.Operations;
using Conductor.Plugins;
using Conductor.Security;
using Conductor.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.HuggingFace.Tests;

/// <summary>The plugin in a container as the host would build it.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestProvider(ServiceProvider services) => _services = services;

    public IModelProvider Provider => _services.GetRequiredService<IModelProvider>();

    public static TestProvider For(FakeUpstream upstream, params (string Name, string Value)[] settings)
    {
        var context = Context([("base_url", upstream.BaseUrl), ("api_style", "router"), .. settings]);
        var services = new ServiceCollection().AddSingleton(TimeProvider.System);
        services.AddHttpClient().ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false }));
        new HuggingFacePlugin().ConfigureServices(services, context);
        return new TestProvider(services.BuildServiceProvider());
    }

    public static ProviderContext Context(params (string Name, string Value)[] settings) => new()
    {
        Name = "hub",
        Settings = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.GroupBy(setting => setting.Name).Select(rows => new KeyValuePair<string, string?>(rows.Key, rows.Last().Value))).Build(),
        Keys = [new Secret("hf_secret")],
        DataFolder = Path.GetTempPath(),
    };

    /// <summary>Runs the only engine.</summary>
    public async Task<(JsonElement Result, OperationEngineResult Whole)> RunAsync(object payload)
    {
        var result = await Provider.Engines.Single().RunAsync(Encoding.UTF8.GetBytes(payload as string ?? JsonSerializer.Serialize(payload)), CancellationToken.None);
        return (JsonElement.Parse(result.Result.Span), result);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
