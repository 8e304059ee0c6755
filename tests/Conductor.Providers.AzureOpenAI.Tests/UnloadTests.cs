using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.AzureOpenAI.Tests;

/// <summary>Loads the plugin's own copy with all that it carries, uses it with a key and with a managed identity's token, and asks whether it goes away.</summary>
public sealed class UnloadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plugin_UsedAndUnloaded_IsGone(bool isEntra)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var identity = await FakeUpstream.StartAsync();
        identity.Otherwise(FakeReply.Json($$"""{"access_token":"tok-of-the-machine","expires_on":"{{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}","resource":"x","token_type":"Bearer","client_id":"c"}"""));
        await using var host = new ServiceCollection().AddHttpClient().BuildServiceProvider();

        var context = await UseAsync(upstream, identity, host, isEntra);

        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive, "something outside still holds the plugin");
        Assert.Equal(isEntra ? "Bearer tok-of-the-machine" : null, upstream.Requests[0].Headers.GetValueOrDefault("authorization"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(FakeUpstream upstream, FakeUpstream identity, IServiceProvider host, bool isEntra)
    {
        var folder = Path.Combine(PluginFolder(), "Conductor.Providers.AzureOpenAI.dll");
        var context = new PluginContext(folder);
        await UseAsync(context.LoadFromAssemblyPath(folder), upstream, identity, host, isEntra);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly, FakeUpstream upstream, FakeUpstream identity, IServiceProvider host, bool isEntra)
    {
        // Where App Service tells an application its identity.
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", identity.BaseUrl + "/token");
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", "h");
        try
        {
            var plugin = (IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(AzureOpenAIPlugin).FullName!)!)!;
            Assert.NotSame(typeof(AzureOpenAIPlugin), plugin.GetType());
            var context = TestProvider.Context(new Uri(upstream.BaseUrl).GetLeftPart(UriPartial.Authority), isEntra ? null : "k", ("auth", isEntra ? "entra" : "key"));
            var services = new ServiceCollection().AddSingleton(host.GetRequiredService<IHttpClientFactory>()).AddSingleton(TimeProvider.System);
            plugin.ConfigureServices(services, context);
            await using var container = services.BuildServiceProvider();
            var provider = container.GetRequiredService<IModelProvider>();
            upstream.Reply(FakeAzure.Text("a")).Reply(FakeAzure.Stream("b")).Reply(FakeAzure.NoDeployment()).Reply(FakeAzure.Stream("c"));
            var chat = provider.GetChatClient("m")!;
            await chat.GetResponseAsync("hi");
            await chat.GetStreamingResponseAsync("hi").ToChatResponseAsync();
            await Assert.ThrowsAsync<ProviderException>(() => chat.GetResponseAsync("hi"));
            await using var reply = await provider.RawTransport!.SendAsync(
                new RawRequest { Dialect = "openai", Endpoint = RawEndpoint.Chat, ModelId = "m", Body = """{"model":"m","stream":true}"""u8.ToArray(), IsStreaming = true }, CancellationToken.None);
            await reply.Body.ReadExactlyAsync(new byte[10]);
            await provider.CheckHealthAsync(CancellationToken.None);
        }
        finally
        {
            Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", null);
            Environment.SetEnvironmentVariable("IDENTITY_HEADER", null);
        }
    }

    private static string PluginFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "plugins/Conductor.Providers.AzureOpenAI/bin/plugin");
    }

    private sealed class PluginContext(string plugin) : AssemblyLoadContext("plugin", isCollectible: true)
    {
        private readonly AssemblyDependencyResolver _resolver = new(plugin);

        // As the host does it: the contract and what .NET's own extensions are is shared, everything else is the plugin's own copy.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name is "Conductor.Abstractions" || assemblyName.Name!.StartsWith("Microsoft.Extensions", StringComparison.Ordinal) ? null
            : _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }
}
