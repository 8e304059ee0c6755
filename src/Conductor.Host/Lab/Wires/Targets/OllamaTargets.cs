using Conductor.Host.Lab.Wires.Corpus;
using Conductor.Wire;
using Conductor.Wire.Ollama;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>Ollama's dialect.</summary>
internal static class OllamaTargets
{
    public static IEnumerable<WireTarget> All { get; } =
    [
        new("ollama chat request", WireShape.Body, [.. OllamaRecordings.Chats, .. GeneratedBodies.Requests("ollama")], EventStreams.Sync(bytes => Request(bytes, OllamaRequestReader.ReadChat))),
        new("ollama generate request", WireShape.Body, OllamaRecordings.Prompts, EventStreams.Sync(bytes => Request(bytes, OllamaRequestReader.ReadGenerate))),
        new("ollama embed request", WireShape.Body, OllamaRecordings.Embeds, EventStreams.Sync(Embed)),
        new("ollama answer", WireShape.Body, [.. OllamaRecordings.Answers, .. GeneratedBodies.Answers("ollama")], EventStreams.Sync(Answer)),
        new("ollama stream", WireShape.Lines, [.. OllamaRecordings.Streams, .. GeneratedBodies.Streams("ollama")], StreamAsync),
        new("ollama vectors, lists and errors", WireShape.Body, OllamaRecordings.Others, EventStreams.Sync(Others)),
    ];

    private delegate OllamaChatRequest ReadOf(ReadOnlySpan<byte> body);

    private static void Request(ReadOnlyMemory<byte> bytes, ReadOf read)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => OllamaPeek.Read(body));
        var request = Probe.Request(() => read(body));
        if (peek is not null)
        {
            var spliced = OllamaSplice.Apply(body, peek.ModelSpan, peek.ProviderSpan, SpliceCheck.Model).ToArray();
            SpliceCheck.Compare(body, spliced);
            if (!OllamaServe.NamesContext(spliced))
            {
                // The context beside it changes nothing else.
                var filled = OllamaServe.Fill(spliced, new OllamaServing { NumCtx = 4_096, KeepAlive = "5m" }, canShift: true);
                SpliceCheck.Compare(spliced, filled.Span, "options", "truncate", "shift", "keep_alive");
                Probe.Require(OllamaServe.NamesContext(filled.Span) && Bare(OllamaPeek.Read(filled.Span)) == Bare(OllamaPeek.Read(spliced)), "context: the body says something else");
            }

            Probe.Require(Bare(OllamaPeek.Read(spliced)) == Bare(peek) with { Model = SpliceCheck.Model, Provider = null }, "splice: the body says something else");
        }

        if (request is not null)
        {
            peek = Probe.Agreed(peek, () => OllamaPeek.Read(body));
            Probe.Require(peek is null || (peek.Model, peek.IsStreaming) == (request.Options.ModelId, request.IsStreaming), "peek and reader differ");
            Probe.Onward(request.Messages, request.Options);
        }
    }

    private static OllamaPeek Bare(OllamaPeek peek) => peek with { ModelSpan = default, ProviderSpan = default };

    private static void Embed(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => OllamaPeek.Read(body));
        var request = Probe.Request(() => OllamaEmbedRequest.Read(body));
        Probe.Require(request is null || peek is null || peek.Model == request.Model, "peek and reader differ");
        Probe.Request(() => OllamaEmbedRequest.ReadOld(body));
    }

    private static void Answer(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var isScanned = Probe.Answer(() => OllamaScan.ScanAnswer(body), out var usage);
        if (Probe.Answer(() => OllamaChunkReader.ReadWhole(body), out var answer))
        {
            Probe.Require(!isScanned || usage == WireUsage.FromDetails(answer.Usage), "scan and reader differ about usage");
            Probe.Onward(answer);
        }
    }

    private static async Task StreamAsync(ReadOnlyMemory<byte> bytes)
    {
        var reader = new OllamaChunkReader();
        await EventStreams.RunAsync(
            await Framing.LinesAsync(bytes),
            (line, updates) =>
            {
                if (reader.Read(line) is { } update)
                {
                    updates.Add(update);
                }
            },
            () => null,
            line =>
            {
                var seen = OllamaScan.ScanLine(line);
                return new SeenEvent(seen.HasContent, seen.IsFinished, seen.IsInvalid || seen.IsError);
            });
        Values(bytes.Span);
    }

    private static void Others(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        Probe.Answer(() => OllamaModelsReader.ReadTags(body), out _);
        Probe.Answer(() => OllamaModelsReader.ReadShow(body), out _);
        Probe.Answer(() => OllamaPull.ReadLine(body), out _);
        if (Probe.Answer(() => OllamaEmbed.Read(body), out var vectors))
        {
            Probe.Require(vectors.Vectors.All(vector => vector.Length > 0), "vectors: an empty one");
        }

        OllamaErrorClassifier.Classify(OllamaErrorReader.TryRead(body));
        Values(body);
    }

    private static void Values(ReadOnlySpan<byte> body)
    {
        var values = new OllamaJsonValues(body);
        var count = 0;
        while (values.MoveNext())
        {
            Probe.Require(++count <= body.Length + 1, "more values than bytes");
        }
    }
}
