using System.Buffers;
using Conductor.Providers.Http;
using Conductor.Wire.Anthropic;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Anthropic;

/// <summary>Messages of one model, typed.</summary>
internal sealed class AnthropicChatClient(AnthropicSettings settings, ModelLimits limits, UpstreamClient upstream, string modelId) : HttpChatClient(settings.Http.Name, modelId)
{
    protected override async Task<ChatExchange> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        var target = settings.Rules.TargetOf(ModelId, limits.MaxTokensOf(ModelId), settings.Version);
        var losses = AnthropicRequestWriter.Write(body, ModelId, messages, options, target, isStreaming);
        var ask = new UpstreamRequest(AnthropicPaths.Messages) { Body = body.WrittenMemory, IsStreaming = isStreaming, Model = ModelId };
        return new ChatExchange(await upstream.SendAsync(ask, cancellationToken).ConfigureAwait(false), losses);
    }

    protected override ChatResponse ReadWhole(ReadOnlyMemory<byte> body) => AnthropicResponseReader.Read(body.Span);

    protected override IChatStreamReader NewStreamReader() => new StreamReader();

    private sealed class StreamReader : IChatStreamReader
    {
        private readonly AnthropicEventReader _events = new();

        public bool IsFinished => _events.IsFinished;

        public bool IsEnd => _events.IsEnd;

        public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates) => _events.Read(data, updates);

        public ChatResponseUpdate? Complete() => _events.Complete();
    }
}
