using System.Text;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Benchmarks;

/// <summary>Answers at once, from memory.</summary>
internal sealed class InstantProvider : IModelProvider, IChatClient, IRawTransport, IOperationEngine
{
    private const int Pieces = 50;

    private static readonly byte[] WholeReply = Encoding.UTF8.GetBytes(
        """{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""");

    private static readonly byte[] StreamedReply = Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, Pieces).Select(i => $$"""data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"piece {{i}}"},"finish_reason":null}]}""" + "\n\n"))
        + """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n"
        + """data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":50,"total_tokens":59}}""" + "\n\n"
        + "data: [DONE]\n\n");

    private readonly OperationEngineResult _result = new("""{"said":"x"}"""u8.ToArray(), new TokenUsage { InputTokens = 5, IsEstimated = true });

    public IReadOnlyList<ModelDescriptor> Models { get; } =
    [
        new() { Id = "m" },
        new() { Id = "echo-engine", Capabilities = ModelCapabilities.Operations, Operations = ["echo"] },
    ];

    public IRawTransport? RawTransport => this;

    public IReadOnlyList<IOperationEngine> Engines => [this];

    public string Operation => "echo";

    public string ModelId => "echo-engine";

    public IChatClient? GetChatClient(string modelId) => this;

    public Task<IReadOnlyList<ModelDescriptor>> ListModelsAsync(CancellationToken cancellationToken) => Task.FromResult(Models);

    public Task<ProviderHealth> CheckHealthAsync(CancellationToken cancellationToken) => Task.FromResult(ProviderHealth.Healthy);

    public bool Supports(string dialect, RawEndpoint endpoint) => dialect == "openai";

    public Task<RawReply> SendAsync(RawRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new RawReply(new MemoryStream(request.IsStreaming ? StreamedReply : WholeReply, writable: false)));

    public Task<OperationEngineResult> RunAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => Task.FromResult(_result);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "hello"))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 9, OutputTokenCount = 2 },
        });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        for (var i = 0; i < Pieces; i++)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "piece");
        }

        yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop, Contents = [new UsageContent(new UsageDetails { InputTokenCount = 9, OutputTokenCount = Pieces })] };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
