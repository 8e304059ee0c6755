using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>Chat with one model of the upstream, typed.</summary>
internal sealed class OpenAICompatibleChatClient(OpenAICompatibleSettings settings, UpstreamClient upstream, string modelId) : HttpChatClient(settings.Http.Name, modelId)
{
    protected override async Task<ChatExchange> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        var losses = OpenAIRequestWriter.Write(body, ModelId, messages, options, isStreaming, settings.Target);
        var ask = new UpstreamRequest("chat/completions") { Body = body.WrittenMemory, IsStreaming = isStreaming, Model = ModelId };
        return new ChatExchange(await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false), losses);
    }

    protected override ChatResponse ReadWhole(ReadOnlyMemory<byte> body) => OpenAIResponseReader.Read(body.Span);

    protected override IChatStreamReader NewStreamReader() => new StreamReader();

    private sealed class StreamReader : IChatStreamReader
    {
        private readonly OpenAIChunkReader _chunks = new();

        public bool IsFinished => _chunks.IsFinished;

        public bool IsEnd => _chunks.IsEnd;

        public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates) => _chunks.Read(data, updates);

        public ChatResponseUpdate? Complete() => _chunks.Complete();
    }
}
