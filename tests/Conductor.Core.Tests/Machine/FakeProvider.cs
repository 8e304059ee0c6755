using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Conductor.Money;
using Conductor.Operations;
using Conductor.ProviderKeys;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>A provider whose every answer a test writes. It counts what it was asked and how its streams ended.</summary>
internal sealed class FakeProvider : IModelProvider, IChatClient, IEmbeddingGenerator<string, Embedding<float>>
{
    private int _calls;
    private int _streamsOpened;
    private int _streamsDisposed;

    public FakeProvider(string name, params string[] models)
    {
        Name = name;
        Models = [.. (models.Length == 0 ? ["m"] : models).Select(model => Model(model))];
        Answer = (_, _, _) => Task.FromResult(Replies.Text($"from {name}"));
        Stream = (_, token) => Replies.Stream(token, Replies.Piece($"from {name}"), Replies.Finish());
        Embed = (texts, _) => Task.FromResult(Replies.Vectors(texts.Count));
    }

    public string Name { get; }

    public string PluginId { get; init; } = "fake";

    public string Fingerprint { get; init; } = "f1";

    /// <summary>Names that are passed on besides <see cref="Models"/>.</summary>
    public IReadOnlyList<string> Offers { get; init; } = [];

    public List<ModelDescriptor> Models { get; init; }

    public Func<IReadOnlyList<ChatMessage>, ChatOptions, CancellationToken, Task<ChatResponse>> Answer { get; set; }

    public Func<IReadOnlyList<ChatMessage>, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> Stream { get; set; }

    public Func<IReadOnlyList<string>, CancellationToken, Task<GeneratedEmbeddings<Embedding<float>>>> Embed { get; set; }

    /// <summary>Runs before a chat client is handed out.</summary>
    public Action? OnGetChatClient { get; set; }

    /// <summary>Whether streams are counted; false hands them out as they are.</summary>
    public bool IsWatched { get; init; } = true;

    public FakeTransport? Transport { get; set; }

    /// <summary>Its keys in the configuration.</summary>
    public IReadOnlyList<ProviderKeySettings> Keys { get; init; } = [];

    /// <summary>Whether it asks for its key before each request, as plugins do that know that there may be several.</summary>
    public bool JoinsKeys { get; init; } = true;

    /// <summary>The ring that its machine gave it.</summary>
    public ProviderKeyRing? Ring { get; set; }

    /// <summary>The keys that it was asked with.</summary>
    public ConcurrentQueue<int> KeysUsed { get; } = new();

    /// <summary>What the provider itself says a usage costs.</summary>
    public Func<TokenUsage, NanoUsd?> Estimate { get; set; } = _ => null;

    public List<IOperationEngine> OperationEngines { get; } = [];

    public int Calls => Volatile.Read(ref _calls) + (Transport?.Calls ?? 0);

    public int StreamsOpened => Volatile.Read(ref _streamsOpened);

    public int StreamsDisposed => Volatile.Read(ref _streamsDisposed);

    /// <summary>What the last chat question looked like.</summary>
    public (IReadOnlyList<ChatMessage> Messages, ChatOptions Options) Asked { get; private set; }

    public List<IReadOnlyList<ChatMessage>> Questions { get; } = [];

    IRawTransport? IModelProvider.RawTransport => Transport;

    IReadOnlyList<IOperationEngine> IModelProvider.Engines => OperationEngines;

    NanoUsd? IModelProvider.EstimateCost(string modelId, TokenUsage usage) => Estimate(usage);

    public static ModelDescriptor Model(
        string id, ModelCapabilities capabilities = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Embeddings) => new()
        {
            Id = id,
            Capabilities = capabilities,
            Price = new ModelPrice { InputPerMillion = NanoUsd.FromUsd(1), OutputPerMillion = NanoUsd.FromUsd(2) },
        };

    /// <summary>Waits until it was asked so often: what an attempt does, it does on a thread of its own.</summary>
    public Task WaitForCallsAsync(int count) => EventuallyAsync(() => Calls >= count);

    /// <summary>Waits until somebody reads a stream of it.</summary>
    public Task WaitForStreamAsync() => EventuallyAsync(() => StreamsOpened > 0);

    /// <summary>Every question fails with this.</summary>
    public FakeProvider Failing(Exception failure)
    {
        Answer = (_, _, _) => Task.FromException<ChatResponse>(failure);
        Stream = (_, _) => Replies.Broken(failure);
        Embed = (_, _) => Task.FromException<GeneratedEmbeddings<Embedding<float>>>(failure);
        return this;
    }

    public FakeProvider Failing(ProviderErrorKind kind) => Failing(new ProviderException(kind, $"scripted {kind}"));

    public IChatClient? GetChatClient(string modelId)
    {
        OnGetChatClient?.Invoke();
        return this;
    }

    public IEmbeddingGenerator<string, Embedding<float>>? GetEmbeddingGenerator(string modelId) => this;

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelDescriptor>>(Models);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Note(messages, options!);
        return Answer([.. messages], options!, cancellationToken);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Note(messages, options!);
        var stream = Stream([.. messages], cancellationToken);
        return IsWatched ? Watch(stream, cancellationToken) : stream;
    }

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        return Embed([.. values], cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private void Note(IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        Interlocked.Increment(ref _calls);
        if (Ring is { } ring)
        {
            KeysUsed.Enqueue(ring.Current.Number);
        }

        lock (Questions)
        {
            Questions.Add([.. messages]);
            Asked = ([.. messages], options);
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> Watch(
        IAsyncEnumerable<ChatResponseUpdate> updates, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _streamsOpened);
        try
        {
            await foreach (var update in updates.WithCancellation(cancellationToken))
            {
                yield return update;
            }
        }
        finally
        {
            Interlocked.Increment(ref _streamsDisposed);
        }
    }
}
