using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Conductor.Configuration;
using Conductor.Host.Composition;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Host.Tests.Support;

/// <summary>The real gateway on a free port of this machine, with its own configuration and data, and the plugins of the source tree.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private TestGateway(GatewayApp app, TemporaryFolder folder)
    {
        App = app;
        _folder = folder;
        Address = new Uri(app.Addresses[0]);
        Client = new HttpClient(new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero }) // a client that leaves is gone at once
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public GatewayApp App { get; }

    public string ConfigPath => _folder.Combine("conductor.yaml");

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <param name="yaml">`conductor.yaml`; what is not said has its default.</param>
    /// <param name="environment">All the environment that the settings see.</param>
    /// <param name="listen">Where to listen.</param>
    /// <param name="models">`models.yaml`.</param>
    /// <param name="tenants">`tenants.yaml`.</param>
    /// <param name="isInsecureListen">As `--insecure-listen`.</param>
    /// <param name="configure">Replaces services.</param>
    /// <param name="data">The data folder, which outlives the gateway; its own where null.</param>
    public static async Task<TestGateway> StartAsync(
        string yaml = "", Dictionary<string, string>? environment = null, string listen = "http://127.0.0.1:0", string? models = null, string? tenants = null, bool isInsecureListen = false,
        Action<IServiceCollection>? configure = null, string? data = null)
    {
        var folder = new TemporaryFolder();
        var path = folder.Write("conductor.yaml", yaml.Length == 0 ? "{}" : yaml);
        if (models is not null)
        {
            folder.Write("models.yaml", models);
        }

        if (tenants is not null)
        {
            folder.Write("tenants.yaml", tenants);
        }

        var source = new SettingsSource
        {
            ConfigPath = path,
            Environment = environment ?? [],
            ContentRoot = folder.Path,
            BaseDirectory = AppContext.BaseDirectory,
            Listen = listen,
            Data = data ?? folder.Combine("data"),
        };
        var settings = LaunchSettings.Open(source, isInsecureListen);
        Assert.Null(ListenAddresses.TryParse(settings.Current.Server.Listen, out var addresses));
        var app = GatewayApp.Build(settings, addresses, logging => logging.SetMinimumLevel(LogLevel.Warning), configure);
        await app.StartAsync(CancellationToken.None);
        return new TestGateway(app, folder);
    }

    /// <summary>A gateway in front of one scripted upstream, by the name `fake`.</summary>
    public static Task<TestGateway> InFrontOfAsync(string baseUrl, string more = "", Action<IServiceCollection>? configure = null) => StartAsync(
        $$"""
        providers:
          fake: { plugin: openai-compatible, base_url: "{{baseUrl}}", price: free }
        {{more}}
        """,
        configure: configure);

    public Task<HttpResponseMessage> PostAsync(string path, string json) => Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        _folder.Dispose();
    }
}
