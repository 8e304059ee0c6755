using System.Buffers;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Http.OpenAI;

/// <summary>Chat with one model of an upstream of this dialect, typed.</summary>
/// <param name="service">The upstream.</param>
/// <param name="modelId">The model, as the caller named it.</param>
public sealed class OpenAIChatClient(OpenAIService service, string modelId) : HttpChatClient(service.Settings.Name, modelId)
{
    /// <inheritdoc/>
    protected override async Task<ChatExchange> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        var losses = OpenAIRequestWriter.Write(body, service.WireName(ModelId), messages, options, isStreaming, service.TargetOf(ModelId));
        var ask = new UpstreamRequest(service.PathOf(RawEndpoint.Chat, ModelId)) { Body = body.WrittenMemory, IsStreaming = isStreaming, Model = ModelId };
        return new ChatExchange(await service.Upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false), losses);
    }

    /// <inheritdoc/>
    protected override ChatResponse ReadWhole(ReadOnlyMemory<byte> body) => OpenAIResponseReader.Read(body.Span);

    /// <inheritdoc/>
    protected override IChatStreamReader NewStreamReader() => new ChunkReader();

    private sealed class ChunkReader : IChatStreamReader
    {
        private readonly OpenAIChunkReader _chunks = new();

        public bool IsFinished => _chunks.IsFinished;

        public bool IsEnd => _chunks.IsEnd;

        public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates) => _chunks.Read(data, updates);

        public ChatResponseUpdate? Complete() => _chunks.Complete();
    }
}
