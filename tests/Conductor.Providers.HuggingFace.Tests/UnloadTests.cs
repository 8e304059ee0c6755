using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.HuggingFace.Tests;

/// <summary>Loads the plugin's own copy beside the test's, uses all of it, and asks whether it goes away.</summary>
public sealed class UnloadTests
{
    [Fact]
    public async Task Plugin_UsedInEveryWayAndUnloaded_IsGone()
    {
        await using var upstream = await FakeUpstream.StartAsync();
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
    private static async Task<WeakReference> UseAsync(FakeUpstream upstream, IServiceProvider host)
    {
        var context = new PluginContext();
        var plugin = context.LoadFromAssemblyPath(typeof(HuggingFacePlugin).Assembly.Location);
        Assert.NotSame(typeof(HuggingFacePlugin).Assembly, plugin);
        await UseAsync(plugin, upstream, host);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly, FakeUpstream upstream, IServiceProvider host)
    {
        var plugin = (IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(HuggingFacePlugin).FullName!)!)!;
        var context = new ProviderContext
        {
            Name = "p",
            DataFolder = "",
            Settings = new ConfigurationBuilder().AddInMemoryCollection([new("base_url", upstream.BaseUrl), new("api_style", "router"), new("operations:entity_extraction", "x/ner"), new("operations:sentiment_analysis", "x/s"), new("operations:summarization", "x/sum"), new("operations:intent_detection", "x/zs")]).Build(),
        };
        var services = new ServiceCollection()
            .AddSingleton(host.GetRequiredService<IHttpClientFactory>())
            .AddSingleton(TimeProvider.System);
        plugin.ConfigureServices(services, context);
        await using var container = services.BuildServiceProvider();
        var provider = container.GetRequiredService<IModelProvider>();
        Assert.NotEqual(typeof(HuggingFaceProvider), provider.GetType());

        await provider.ListModelsAsync(CancellationToken.None);
        await provider.CheckHealthAsync(CancellationToken.None);
        var chat = provider.GetChatClient("m")!;
        await chat.GetResponseAsync("hi", new ChatOptions { AdditionalProperties = new() { ["user"] = "u" }, ResponseFormat = ChatResponseFormat.Json });
        await chat.GetStreamingResponseAsync("hi").ToChatResponseAsync();
        upstream.Reply(FakeHub.Features(1f, 2f)).Reply(FakeHub.Entities(("PER", 0.9, "a", 0, 1))).Reply(FakeHub.Labels(("pos", 1))).Reply(FakeHub.Summary("a")).Reply(FakeHub.Labels(("i", 1)));
        await provider.GetEmbeddingGenerator("m")!.GenerateAsync(["a"]);
        foreach (var operation in new[] { "entity_extraction", "sentiment_analysis", "summarization", "intent_detection" })
        {
            await provider.Engines.Single(engine => engine.Operation == operation).RunAsync("""{"text":"a","parameters":{"possible_intents":["i"]}}"""u8.ToArray(), CancellationToken.None);
        }

        upstream.Reply(FakeReply.ToolCalls(new FakeToolCall("c", "f", "{\"a\":1}"))).Reply(FakeHub.Loading()).ReplyWith(FakeStream.Endless());
        await chat.GetResponseAsync("hi");
        await Assert.ThrowsAsync<ProviderException>(() => chat.GetResponseAsync("hi"));
        await using var reply = await provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "openai", Endpoint = RawEndpoint.Chat, ModelId = "m", Body = """{"stream":true}"""u8.ToArray(), IsStreaming = true }, CancellationToken.None);
        await reply.Body.ReadExactlyAsync(new byte[10]);
    }

    private sealed class PluginContext() : AssemblyLoadContext("plugin", isCollectible: true)
    {
        // As the host does it: the contract is shared, the wire and the room of providers over HTTP are its own copies.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Conductor.Wire", StringComparison.Ordinal) || assemblyName.Name.StartsWith("Conductor.Providers.Http", StringComparison.Ordinal)
                ? LoadFromAssemblyPath(Path.Combine(Path.GetDirectoryName(typeof(HuggingFacePlugin).Assembly.Location)!, assemblyName.Name + ".dll"))
                : null;
    }
}
