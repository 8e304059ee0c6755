using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Anthropic.Tests;

/// <summary>Loads the plugin's own copy beside the test's, uses all of it, and asks whether it goes away.</summary>
public sealed class UnloadTests
{
    [Fact]
    public async Task Plugin_UsedInEveryWayAndUnloaded_IsGone()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
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
    private static async Task<WeakReference> UseAsync(FakeAnthropic upstream, IServiceProvider host)
    {
        var context = new PluginContext();
        var plugin = context.LoadFromAssemblyPath(typeof(AnthropicPlugin).Assembly.Location);
        Assert.NotSame(typeof(AnthropicPlugin).Assembly, plugin);
        await UseAsync(plugin, upstream, host);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly, FakeAnthropic upstream, IServiceProvider host)
    {
        var plugin = (IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(AnthropicPlugin).FullName!)!)!;
        var context = new ProviderContext
        {
            Name = "p",
            DataFolder = "",
            Keys = [new Conductor.Security.Secret("sk-ant-secret-key")],
            Settings = new ConfigurationBuilder().AddInMemoryCollection([new("base_url", upstream.BaseUrl)]).Build(),
        };
        var services = new ServiceCollection()
            .AddSingleton(host.GetRequiredService<IHttpClientFactory>())
            .AddSingleton(TimeProvider.System);
        plugin.ConfigureServices(services, context);
        await using var container = services.BuildServiceProvider();
        var provider = container.GetRequiredService<IModelProvider>();
        Assert.NotEqual(typeof(AnthropicProvider), provider.GetType());

        await provider.ListModelsAsync(CancellationToken.None);
        await provider.CheckHealthAsync(CancellationToken.None);
        var chat = provider.GetChatClient(TestProvider.Model)!;
        await chat.GetResponseAsync("hi", new ChatOptions { Temperature = 0.5f, TopP = 0.5f, ResponseFormat = ChatResponseFormat.Json });
        await chat.GetStreamingResponseAsync("hi").ToChatResponseAsync();
        upstream.Reply(new FakeAnthropicReply().AddThinking("hm").AddToolUse("c", "f", "{\"a\":1}")).Reply(FakeAnthropicReply.Error(429))
            .Reply(FakeAnthropicReply.Text("a").WaitFor(new TaskCompletionSource().Task));
        await chat.GetResponseAsync("hi");
        await Assert.ThrowsAsync<ProviderException>(() => chat.GetResponseAsync("hi"));
        await using var reply = await provider.RawTransport!.SendAsync(
            new RawRequest { Dialect = "anthropic", Endpoint = RawEndpoint.Chat, ModelId = TestProvider.Model, Body = """{"model":"claude-sonnet-4-5","max_tokens":5,"stream":true,"messages":[{"role":"user","content":"hi"}]}"""u8.ToArray(), IsStreaming = true }, CancellationToken.None);
        await reply.Body.ReadExactlyAsync(new byte[10]);
    }

    private sealed class PluginContext() : AssemblyLoadContext("plugin", isCollectible: true)
    {
        // As the host does it: the contract is shared, the wire and the room of providers over HTTP are its own copies.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("Conductor.Wire", StringComparison.Ordinal) || assemblyName.Name == "Conductor.Providers.Http"
                ? LoadFromAssemblyPath(Path.Combine(Path.GetDirectoryName(typeof(AnthropicPlugin).Assembly.Location)!, assemblyName.Name + ".dll"))
                : null;
    }
}
