using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("thread-statics", typeof(Conductor.TestPlugins.ThreadStatics.Plugin))]

namespace Conductor.TestPlugins.ThreadStatics;

/// <summary>
/// Keeps something for every thread that it runs on, as pools of arrays do, and answers with how many of its static fields have lost what was put into them.
/// A user's message `meet` is answered once as many calls as <see cref="Calls"/> hold a thread of the pool each.
/// </summary>
public sealed class Plugin : IProviderPlugin
{
    public const int Calls = 12;

    public void ConfigureServices(IServiceCollection services, ProviderContext context) => services.AddSingleton<IModelProvider, Provider>();
}

internal sealed class Provider : IModelProvider, IDisposable
{
    private readonly CountdownEvent _missing = new(Plugin.Calls);

    public IChatClient GetChatClient(string modelId) => new Client(_missing);

    public void Dispose() => _missing.Dispose();

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new() { Id = "m" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);
}

internal sealed class Client(CountdownEvent missing) : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        await Task.Yield(); // from here on it is a thread of the pool, whoever began
        OfThread.Touch();
        if (messages.Last().Text == "meet")
        {
            missing.Signal();
            missing.Wait(TimeSpan.FromSeconds(20), cancellationToken);
        }
        else
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{Lost<Plugin>(100)} lost")) { FinishReason = ChatFinishReason.Stop };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Lost<T>(int more) => (Kept<T>.Value is { Length: 1 } ? 0 : 1) + (more == 0 ? 0 : Lost<Next<T>>(more - 1));
}

internal static class OfThread
{
    [ThreadStatic]
    private static object? _value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Touch() => _value ??= new object();
}

internal static class Kept<T>
{
    public static readonly byte[] Value = new byte[1];
}

internal sealed class Next<T>;
