using Conductor.Providers.Http;
using Conductor.Wire;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>Chat with one model of Ollama.</summary>
internal sealed class OllamaChatClient(OllamaSettings settings, ChatSender sender, string modelId) : HttpChatClient(settings.Http.Name, modelId, ChatFraming.Lines)
{
    protected override Task<ChatExchange> SendAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, CancellationToken cancellationToken) =>
        sender.SendAsync(ModelId, messages, options, isStreaming, cancellationToken);

    protected override ChatResponse ReadWhole(ReadOnlyMemory<byte> body) => OllamaChunkReader.ReadWhole(body.Span);

    /// <summary>Something that does not stream: its answer is a stream of one, on however many lines, or lines under another name.</summary>
    protected override IReadOnlyList<ChatResponseUpdate> ReadWholeAsStream(ReadOnlyMemory<byte> body)
    {
        List<ChatResponseUpdate> updates = [];
        var reader = new OllamaChunkReader();
        var values = new OllamaJsonValues(body.Span);
        while (!reader.IsDone && values.MoveNext())
        {
            if (reader.Read(values.Current) is { } update)
            {
                updates.Add(update);
            }
        }

        return reader.IsDone ? updates : throw new WireResponseException("The answer is not done.");
    }

    protected override IChatStreamReader NewStreamReader() => new LineReader();

    private sealed class LineReader : IChatStreamReader
    {
        private readonly OllamaChunkReader _lines = new();

        public bool IsFinished => _lines.IsDone;

        public bool IsEnd => _lines.IsDone;

        public void Read(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates)
        {
            if (_lines.Read(data) is { } update)
            {
                updates.Add(update);
            }
        }

        public ChatResponseUpdate? Complete() => null; // the last line has said it all
    }
}
