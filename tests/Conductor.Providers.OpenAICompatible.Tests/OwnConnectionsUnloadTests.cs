using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.OpenAICompatible.Tests;

/// <summary>A provider with connections of its own, through its proxy or trusting its own roots, still goes away.</summary>
public sealed class OwnConnectionsUnloadTests
{
    private const string Answer = """{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}""";

    [Fact]
    public async Task WithAProxy_Unloaded_IsGone()
    {
        await using var proxy = await FakeUpstream.StartAsync();
        proxy.Otherwise(FakeReply.Json(Answer));

        await AssertGoneAsync(await UseAsync(("base_url", "http://models.invalid/v1"), ("proxy", "http://" + new Uri(proxy.BaseUrl).Authority)));

        Assert.NotEmpty(proxy.Requests);
    }

    [Fact]
    public async Task WithRootsOfItsOwn_Unloaded_IsGone()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeOnceAsync(listener, certificate);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
            var url = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/v1");

            await AssertGoneAsync(await UseAsync(("base_url", url), ("ca_file", file)));

            await serving;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task AssertGoneAsync(WeakReference context)
    {
        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.False(context.IsAlive, "something outside still holds the plugin");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(params (string Name, string Value)[] settings)
    {
        var context = new PluginContext();
        await UseAsync(context.LoadFromAssemblyPath(typeof(OpenAICompatiblePlugin).Assembly.Location), settings);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly, (string Name, string Value)[] settings)
    {
        var plugin = (IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(OpenAICompatiblePlugin).FullName!)!)!;
        var context = new ProviderContext
        {
            Name = "p",
            DataFolder = "",
            Settings = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Name, setting.Value))).Build(),
        };
        var services = new ServiceCollection().AddHttpClient().AddSingleton(TimeProvider.System);
        plugin.ConfigureServices(services, context);
        await using var container = services.BuildServiceProvider();
        Assert.Equal("ok", (await container.GetRequiredService<IModelProvider>().GetChatClient("m")!.GetResponseAsync("hi")).Text);
    }

    private static async Task ServeOnceAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(certificate);
        await tls.ReadAtLeastAsync(new byte[64 * 1024], 1);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {Answer.Length}\r\n\r\n{Answer}"));
        await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false); // until the provider is gone
    }

    private sealed class PluginContext() : AssemblyLoadContext("plugin", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Conductor.Wire", StringComparison.Ordinal) || assemblyName.Name.StartsWith("Conductor.Providers.Http", StringComparison.Ordinal)
                ? LoadFromAssemblyPath(Path.Combine(Path.GetDirectoryName(typeof(OpenAICompatiblePlugin).Assembly.Location)!, assemblyName.Name + ".dll"))
                : null;
    }
}
