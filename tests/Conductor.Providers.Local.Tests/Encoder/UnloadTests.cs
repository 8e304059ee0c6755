using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Plugins;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.Local.Tests.Encoder;

/// <summary>Loads the plugin's own copy beside the test's, uses the encoder, and asks whether code and weights go away.</summary>
public class UnloadTests
{
    [Fact]
    public async Task Plugin_EncoderUsedAndUnloaded_IsGone()
    {
        var context = await LoadAndUseAsync();

        for (var i = 0; i < 50 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(context.IsAlive, "something outside still holds the plugin");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> LoadAndUseAsync()
    {
        var context = new PluginContext();
        var plugin = context.LoadFromAssemblyPath(typeof(LocalPlugin).Assembly.Location);
        Assert.NotSame(typeof(LocalPlugin).Assembly, plugin);
        await UseAsync(plugin);
        context.Unload();
        return new WeakReference(context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task UseAsync(Assembly assembly)
    {
        var services = new ServiceCollection().AddSingleton(TimeProvider.System);
        ((IProviderPlugin)Activator.CreateInstance(assembly.GetType(typeof(LocalPlugin).FullName!)!)!).ConfigureServices(services, null!);
        await using var container = services.BuildServiceProvider();
        var provider = container.GetRequiredService<IModelProvider>();
        Assert.NotEqual(typeof(LocalProvider), provider.GetType());

        var made = await provider.GetEmbeddingGenerator("all-minilm-l6-v2")!.GenerateAsync(["a text", new string('!', 600)]);

        Assert.Equal(2, made.Count);
    }

    // The contract and its packages come from the test, as they come from the host.
    private sealed class PluginContext() : AssemblyLoadContext("local under test", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) => null;
    }
}
