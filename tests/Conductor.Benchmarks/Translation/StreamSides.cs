using Conductor.Host.Dialects.Anthropic;
using Conductor.Host.Dialects.Gemini;
using Conductor.Host.Dialects.Ollama;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Dialects.Responses;
using Conductor.Wire;
using Conductor.Wire.Anthropic;
using Conductor.Wire.Gemini;
using Conductor.Wire.Ollama;
using Conductor.Wire.OpenAI;
using Conductor.Wire.Responses;
using Microsoft.Extensions.AI;

namespace Conductor.Benchmarks;

/// <summary>All dialects: the gateway's own readers, writers and streams of bytes.</summary>
internal static class StreamSides
{
    private const string Model = "some-model-2026";
    private const int Cap = SseReader.DefaultMaxEventBytes;

    private static readonly DateTimeOffset Then = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly OpenAIDialect OpenAI = new();
    private static readonly ResponsesDialect Responses = new();
    private static readonly AnthropicDialect Anthropic = new();
    private static readonly GeminiDialect Gemini = new();
    private static readonly OllamaDialect Ollama = new(TimeProvider.System);

    private delegate void EventRead(ReadOnlySpan<byte> data, ICollection<ChatResponseUpdate> updates);

    public static IReadOnlyList<StreamSide> All { get; } =
    [
        new("openai", body => OpenAI.OpenStream(body, Cap), (body, use) => EventsAsync(body, new OpenAIChunkReader().Read, use), () =>
        {
            var writer = new OpenAIChunkWriter("chatcmpl-1", Model, Then, wantsUsage: true);
            return (writer.Write, output => writer.Complete(output));
        }),
        new("responses", body => Responses.OpenStream(body, Cap), (body, use) => EventsAsync(body, new ResponsesEventReader().Read, use), () =>
        {
            var writer = new ResponsesEventWriter(new ResponsesHead("resp_1", Model, Then, ResponsesEcho.Empty), isStored: false);
            return (writer.Write, output =>
            {
                writer.End(output);
                writer.Complete(output, writer.Response(isStored: false));
            });
        }),
        new("anthropic", body => Anthropic.OpenStream(body, Cap), (body, use) => EventsAsync(body, new AnthropicEventReader().Read, use), () =>
        {
            var writer = new AnthropicEventWriter("msg_1", Model);
            return (writer.Write, output => writer.Complete(output));
        }),
        new("gemini", body => Gemini.OpenStream(body, Cap), (body, use) => EventsAsync(body, new GeminiChunkReader().Read, use), () =>
        {
            var writer = new GeminiChunkWriter("resp-1", Model, GeminiFraming.Events);
            return (writer.Write, output => writer.Complete(output));
        }),
        new("ollama", body => Ollama.OpenStream(body, Cap), LinesAsync, () =>
        {
            var writer = new OllamaAnswerWriter(Model, isGenerate: false);
            return ((output, update) => writer.Write(output, update, Then), output => writer.Complete(output, Then, default, null));
        }),
    ];

    private static async Task EventsAsync(Stream body, EventRead read, Action<ChatResponseUpdate> use)
    {
        var updates = new List<ChatResponseUpdate>();
        await using var events = new SseReader(body);
        while (await events.ReadAsync(CancellationToken.None))
        {
            read(events.Data.Span, updates);
            updates.ForEach(use);
            updates.Clear();
        }
    }

    private static async Task LinesAsync(Stream body, Action<ChatResponseUpdate> use)
    {
        var reader = new OllamaChunkReader();
        using var lines = new NdjsonReader(body, Cap);
        while (await lines.ReadAsync(CancellationToken.None))
        {
            if (reader.Read(lines.Line.Span) is { } update)
            {
                use(update);
            }
        }
    }
}
