using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Ollama.Tests;

/// <summary>Loads the plugin's own copy beside the test's, uses all of it, and asks whether it goes away.</summary>
public sealed class UnloadTests
{
    [Fact]
    public async Task Plugin_UsedInEveryWayAndUnloaded_IsGone()
    {
        await using var ollama = await FakeOllama.StartAsync();
        ollama.AddToRegistry(new FakeOllamaModel { Name = "new" });
        await using var host = new ServiceCollection().AddHttpClient().BuildServiceProvider();

        var context = await UseAsync(ollama, host);

        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive, "something outside still holds the plugin");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(FakeOllama ollama, IServiceProvider host)
    {
        var context = new PluginContext();
        var plugin = context.LoadFromAssemblyPath(typeof(OllamaPlugin).Assembly.Location);
        Assert.NotSame(typeof(OllamaPlugin).Assembly, plugin);
        await UseAsync(plugin, ollama, host);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly, FakeOllama ollama, IServiceProvider host)
    {
        var entry = (IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(OllamaPlugin).FullName!)!)!;
        var settings = TestProvider.Context(ollama.BaseUrl);
        var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddSingleton(settings).AddSingleton(host.GetRequiredService<IHttpClientFactory>());
        entry.ConfigureServices(services, settings);
        await using var container = services.BuildServiceProvider();
        var provider = container.GetRequiredService<IModelProvider>();
        Assert.NotEqual(typeof(OllamaProvider), provider.GetType());

        await provider.ListModelsAsync(CancellationToken.None);
        await provider.CheckHealthAsync(CancellationToken.None);
        var chat = provider.GetChatClient("llama3.2")!;
        ollama.Reply(new FakeOllamaReply().Think("hm").Call("f", "{\"a\":1}"));
        await chat.GetResponseAsync("hi", new ChatOptions { AdditionalProperties = new() { ["user"] = "u", ["logprobs"] = true }, ResponseFormat = ChatResponseFormat.Json });
        await chat.GetStreamingResponseAsync("hi").ToChatResponseAsync();
        await provider.GetEmbeddingGenerator("all-minilm")!.GenerateAsync(["a"]);
        await provider.Puller!.PullAsync("new", CancellationToken.None).ToListAsync();
        ollama.Reply(FakeOllamaReply.Error(503, "server busy")).Reply(FakeOllamaReply.Text("x").Forever("y"));
        await Assert.ThrowsAsync<ProviderException>(() => chat.GetResponseAsync("hi"));
        await foreach (var _ in chat.GetStreamingResponseAsync("hi"))
        {
            break;
        }
    }

    private sealed class PluginContext() : AssemblyLoadContext("plugin", isCollectible: true)
    {
        // As the host does it: the contract is shared, the wire is the plugin's own copy.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Conductor.Wire", StringComparison.Ordinal) || assemblyName.Name == "Conductor.Providers.Http"
                ? LoadFromAssemblyPath(Path.Combine(Path.GetDirectoryName(typeof(OllamaPlugin).Assembly.Location)!, assemblyName.Name + ".dll"))
                : null;
    }
}
