using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Google.Tests;

/// <summary>Loads the plugin's own copy beside the test's, uses all of it, and asks whether it goes away.</summary>
public sealed class UnloadTests
{
    [Fact]
    public async Task Plugin_UsedInEveryWayAndUnloaded_IsGone()
    {
        await using var upstream = await FakeGemini.StartAsync();
        await using var host = new ServiceCollection().AddHttpClient().BuildServiceProvider();

        var context = await UseAsync(upstream, host);

        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive, "something outside still holds the plugin");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(FakeGemini upstream, IServiceProvider host)
    {
        var context = new PluginContext();
        var plugin = context.LoadFromAssemblyPath(typeof(GooglePlugin).Assembly.Location);
        Assert.NotSame(typeof(GooglePlugin).Assembly, plugin);
        await UseAsync(plugin, upstream, host);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly, FakeGemini upstream, IServiceProvider host)
    {
        var plugin = (IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(GooglePlugin).FullName!)!)!;
        var context = new ProviderContext
        {
            Name = "p",
            DataFolder = "",
            Settings = new ConfigurationBuilder().AddInMemoryCollection([new("base_url", upstream.BaseUrl)]).Build(),
        };
        var services = new ServiceCollection()
            .AddSingleton(host.GetRequiredService<IHttpClientFactory>())
            .AddSingleton(TimeProvider.System);
        plugin.ConfigureServices(services, context);
        await using var container = services.BuildServiceProvider();
        var provider = container.GetRequiredService<IModelProvider>();
        Assert.NotEqual(typeof(GoogleProvider), provider.GetType());

        await provider.ListModelsAsync(CancellationToken.None);
        await provider.CheckHealthAsync(CancellationToken.None);
        var chat = provider.GetChatClient("gemini-3-pro")!;
        await chat.GetResponseAsync("hi", new ChatOptions { AdditionalProperties = new() { ["user"] = "u" }, ResponseFormat = ChatResponseFormat.Json });
        await chat.GetStreamingResponseAsync("hi").ToChatResponseAsync();
        await provider.GetEmbeddingGenerator("gemini-embedding-001")!.GenerateAsync(["a"]);
        upstream.Reply(new FakeGeminiReply().Call("f", "{\"a\":1}")).Reply(FakeGeminiReply.Error(429, "RESOURCE_EXHAUSTED", "slow")).Reply(FakeGeminiReply.Text("a").ThenStall());
        await chat.GetResponseAsync("hi");
        await Assert.ThrowsAsync<ProviderException>(() => chat.GetResponseAsync("hi"));
        await using var reply = await provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "gemini", Endpoint = RawEndpoint.Chat, ModelId = "gemini-3-pro", Body = """{"contents":[{"parts":[{"text":"x"}]}]}"""u8.ToArray(), IsStreaming = true }, CancellationToken.None);
        await reply.Body.ReadExactlyAsync(new byte[10]);
    }

    private sealed class PluginContext() : AssemblyLoadContext("plugin", isCollectible: true)
    {
        // As the host does it: the contract is shared, the wire and the room of providers over HTTP are its own copies.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Conductor.Wire", StringComparison.Ordinal) || assemblyName.Name == "Conductor.Providers.Http"
                ? LoadFromAssemblyPath(Path.Combine(Path.GetDirectoryName(typeof(GooglePlugin).Assembly.Location)!, assemblyName.Name + ".dll"))
                : null;
    }
}
