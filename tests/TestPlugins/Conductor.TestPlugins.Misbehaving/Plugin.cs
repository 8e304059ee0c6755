using System.Runtime.CompilerServices;
using Conductor.Plugins;
using Conductor.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

[assembly: ProviderPlugin("misbehaving", typeof(Conductor.TestPlugins.Misbehaving.Plugin))]

namespace Conductor.TestPlugins.Misbehaving;

/// <summary>
/// Does what no plugin should; settings: `mode`, which of it. A user's message `behave` makes it answer. A file `health.txt` beside it, which makes it another version,
/// says in its first line what its health check does, a file `needs.txt` which setting it cannot do without. How long it hangs is 4 s, or what a test hands over as
/// <see cref="AppContext"/>'s `misbehaving.hang`, a Func&lt;Task&gt; that is asked once the plugin's code runs.
/// </summary>
public sealed class Plugin : IProviderPlugin
{
    public void ConfigureServices(IServiceCollection services, ProviderContext context)
    {
        if (Said("needs.txt") is { Length: > 0 } needed && context.Settings[needed] is null)
        {
            throw new PluginSettingsException($"'{needed}' is missing.");
        }

        services.AddSingleton<IModelProvider>(new Provider(context.Settings["mode"] ?? "", Said("health.txt")));
    }

    private static string Said(string name)
    {
        var file = Path.Combine(Path.GetDirectoryName(typeof(Plugin).Assembly.Location)!, name);
        return File.Exists(file) ? File.ReadLines(file).First() : "";
    }
}

internal sealed class Provider(string mode, string health) : IModelProvider
{
    private readonly List<byte[]> _leaked = [];

    public IChatClient GetChatClient(string modelId)
    {
        if (mode == "leaks")
        {
            lock (_leaked)
            {
                _leaked.Add(new byte[1 << 20]);
            }
        }

        return new Client(mode);
    }

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelDescriptor>>([new() { Id = "m" }]);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => health switch
    {
        "" => Task.FromResult(ProviderHealth.Healthy),
        "unhealthy" => Task.FromResult(new ProviderHealth(ProviderHealthStatus.Unhealthy, "my upstream is down")),
        "throws" => throw new OwnException(),
        "upstream" => throw new HttpRequestException("nobody there"),
        "null" => Task.FromResult<ProviderHealth>(null!),
        "null-task" => null!,
        "hangs" => Task.Delay(TimeSpan.FromSeconds(30), CancellationToken.None).ContinueWith(_ => ProviderHealth.Healthy, TaskScheduler.Default),
        _ => throw new NotSupportedException(health),
    };
}

internal sealed class Client(string mode) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        if (messages.Last().Text == "behave")
        {
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "good")) { FinishReason = ChatFinishReason.Stop });
        }

        switch (mode)
        {
            case "leaks":
                return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "good")) { FinishReason = ChatFinishReason.Stop });
            case "async-void":
                ThrowIntoNothing();
                return new TaskCompletionSource<ChatResponse>().Task;
            case "stack-overflow":
                return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, Descend(1).ToString(System.Globalization.CultureInfo.InvariantCulture))));
            case "fail-fast":
                Environment.FailFast("this plugin has had enough");
                return null!;
            case "throws":
                throw new OwnException();
            case "throws-async":
                return ThrowLaterAsync();
            case "null":
                return Task.FromResult<ChatResponse>(null!);
            case "null-task":
                return null!;
            case "cancels":
                throw new OperationCanceledException();
            case "aggregate":
                throw new AggregateException(new OwnException(), new OwnException());
            case "hangs":
                return HangAsync().ContinueWith(_ => new ChatResponse(), TaskScheduler.Default);
            case "blocks":
                HangAsync().Wait(CancellationToken.None);
                return Task.FromResult(new ChatResponse());
            default:
                throw new NotSupportedException(mode);
        }
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (mode == "endless")
        {
            while (true)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, "");
            }
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, "one ");
        await Task.Yield();
        if (mode == "throws-inside")
        {
            throw new OwnException();
        }

        if (mode == "null-inside")
        {
            yield return null!;
        }

        if (mode == "blocks-inside")
        {
            Thread.Sleep(TimeSpan.FromSeconds(4));
        }

        yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private static Task HangAsync() =>
        AppContext.GetData("misbehaving.hang") is Func<Task> hang ? hang() : Task.Delay(TimeSpan.FromSeconds(4), CancellationToken.None);

    private static async void ThrowIntoNothing()
    {
        await Task.Yield();
        throw new OwnException();
    }

    // Without an end; the addition after the call keeps it from becoming a loop.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Descend(long depth) => depth == 0 ? 0 : Descend(depth + 1) + depth;

    private static async Task<ChatResponse> ThrowLaterAsync()
    {
        await Task.Yield();
        throw new OwnException();
    }
}

/// <summary>A type of the plugin's own: whoever keeps the exception keeps the plugin.</summary>
public sealed class OwnException() : Exception("my own fault");
