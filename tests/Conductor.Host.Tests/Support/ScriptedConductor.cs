using Conductor.Calls;
using Conductor.Catalog;
using Conductor.PluginLoading;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Tests.Support;

/// <summary>Answers a chat with one event and the end mark, once the test says so.</summary>
internal sealed class ScriptedConductor(Task gate) : IConductor
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Asked => _asked.Task;

    /// <summary>What a chat's stream holds; null = one event and the end mark.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>>? Streamed { get; init; }

    /// <summary>What embeddings come to.</summary>
    public EmbeddingOutcome? Embedded { get; init; }

    public CatalogSnapshot Catalog => CatalogSnapshot.Empty;

    public IReadOnlyList<PluginStatus> Plugins => [];

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<PluginStatus>> RescanAsync(CancellationToken cancellationToken) => Task.FromResult(Plugins);

    public async Task<ChatOutcome> ChatAsync(ChatCall call, CancellationToken cancellationToken)
    {
        _asked.TrySetResult();
        await gate.WaitAsync(cancellationToken);
        return new ChatOutcome { Provider = "scripted", Model = "m", Events = Streamed ?? EventsAsync() };
    }

    public Task<OperationOutcome> RunAsync(OperationCall call, CancellationToken cancellationToken) => throw new InvalidOperationException("Only chats are scripted.");

    public IAsyncEnumerable<OperationBatchItem> RunBatchAsync(OperationBatch batch, CancellationToken cancellationToken) => throw new InvalidOperationException("No batches are scripted.");

    public Task<EmbeddingOutcome> EmbedAsync(EmbeddingCall call, CancellationToken cancellationToken) =>
        Task.FromResult(Embedded ?? throw new InvalidOperationException("No embeddings are scripted."));

    public Task<TokenCountOutcome> CountTokensAsync(TokenCountCall call, CancellationToken cancellationToken) => throw new InvalidOperationException("No counts are scripted.");

    public IChatClient AsChatClient(string model = "auto") => throw new InvalidOperationException("Only chats are scripted.");

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> EventsAsync()
    {
        yield return "data: {\"piece\":1}\n\n"u8.ToArray();
        await Task.Yield();
        yield return "data: [DONE]\n\n"u8.ToArray();
    }
}
