using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire.Gemini;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Google;

/// <summary>Chat with one of Google's models, typed.</summary>
internal sealed class GoogleChatClient(GoogleSettings settings, UpstreamClient upstream, string modelId) : HttpChatClient(settings.Http.Name, modelId)
{
    protected override async Task<ChatExchange> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        var losses = GeminiRequestWriter.Write(body, ModelId, messages, options);
        var path = settings.PathOf(ModelId, isStreaming ? GoogleTransport.Stream : GoogleTransport.Generate);
        var ask = new UpstreamRequest(path) { Body = body.WrittenMemory, IsStreaming = isStreaming, Model = ModelId };
        return new ChatExchange(await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false), losses);
    }

    protected override ChatResponse ReadWhole(ReadOnlyMemory<byte> body) => GeminiResponseReader.Read(body.Span);

    protected override IReadOnlyList<ChatResponseUpdate> ReadWholeAsStream(ReadOnlyMemory<byte> body) => GeminiChunkReader.ReadWhole(body.Span);

    protected override IChatStreamReader NewStreamReader() => new StreamReader();

    private sealed class StreamReader : IChatStreamReader
    {
        private readonly GeminiChunkReader _chunks = new();

        public bool IsFinished => _chunks.IsFinished;

        public bool IsEnd => false; // the bytes' end is the only one

        public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates) => _chunks.Read(data, updates);

        public ChatResponseUpdate? Complete() => _chunks.Complete();
    }
}
