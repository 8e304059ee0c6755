using Conductor.Host.Lab.Wires.Corpus;
using Conductor.Wire;
using Conductor.Wire.Gemini;

namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>Gemini's dialect, its streams in both framings.</summary>
internal static class GeminiTargets
{
    public static IEnumerable<WireTarget> All { get; } =
    [
        new("gemini request", WireShape.Body, [.. GeminiRecordings.Requests, .. GeneratedBodies.Requests("gemini")], EventStreams.Sync(Request)),
        new("gemini answer", WireShape.Body, [.. GeminiRecordings.Answers, .. GeneratedBodies.Answers("gemini")], EventStreams.Sync(Answer)),
        new("gemini stream", WireShape.Events, [.. GeminiRecordings.Streams, .. GeneratedBodies.Streams("gemini")], async bytes => await StreamAsync(await Framing.EventsAsync(bytes))),
        new("gemini array", WireShape.Array, [.. GeminiRecordings.Streams, .. GeneratedBodies.Streams("gemini")], async bytes => await StreamAsync(await Framing.ItemsAsync(bytes))),
        new("gemini vectors, lists, counts and errors", WireShape.Body, GeminiRecordings.Others, EventStreams.Sync(Others)),
    ];

    private static void Request(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => GeminiPeek.Read(body));
        var request = Probe.Request(() => GeminiRequestReader.Read(body));
        Splice(bytes, peek);
        if (request is not null)
        {
            peek = Probe.Agreed(peek, () => GeminiPeek.Read(body));
            Probe.Require(peek is null || (peek.HasContents && peek.MaxTokens == request.Options.MaxOutputTokens), "peek and reader differ");
            Probe.Onward(request.Messages, request.Options);
        }

        if (Probe.Request(() => GeminiTokens.ReadRequest(body)) is { } count)
        {
            Probe.Onward(count.Messages, count.Options);
        }
    }

    private static void Answer(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var isScanned = Probe.Answer(() => GeminiScan.ScanChat(body), out var usage);
        Probe.Answer(() => GeminiChunkReader.ReadWhole(body), out _);
        if (Probe.Answer(() => GeminiResponseReader.Read(body), out var answer))
        {
            Probe.Require(!isScanned || usage == WireUsage.FromDetails(answer.Usage), "scan and reader differ about usage");
            Probe.Onward(answer);
        }
    }

    private static async Task StreamAsync(List<byte[]> pieces)
    {
        var reader = new GeminiChunkReader();
        await EventStreams.RunAsync(pieces, reader.Read, reader.Complete, data =>
        {
            var seen = GeminiScan.ScanEvent(data);
            return new SeenEvent(seen.HasContent, seen.IsFinished, seen.IsInvalid || seen.IsError);
        });
    }

    private static void Others(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        Splice(bytes, Probe.Request(() => GeminiPeek.Read(body)));
        Probe.Request(() => GeminiEmbeddingsReader.ReadSingle(body));
        Probe.Request(() => GeminiEmbeddingsReader.ReadBatch(body));
        Probe.Answer(() => GeminiModelsReader.Read(body), out _);
        Probe.Answer(() => GeminiTokens.ReadResponse(body), out _);
        var isScanned = Probe.Answer(() => GeminiScan.ScanEmbeddings(body), out var usage);
        if (Probe.Answer(() => GeminiEmbeddingsReader.ReadResponse(body), out var vectors))
        {
            Probe.Require(vectors.Vectors.All(vector => vector.Length > 0), "vectors: an empty one");
            Probe.Require(!isScanned || usage == vectors.Usage, "scan and reader differ about usage");
        }

        if (GeminiErrorReader.TryRead(body) is { } error)
        {
            GeminiErrorClassifier.Classify(error);
            GeminiErrorClassifier.Classify(error.ToWireError());
        }
    }

    private static void Splice(ReadOnlyMemory<byte> bytes, GeminiPeek? peek)
    {
        if (peek is null)
        {
            return;
        }

        var spliced = GeminiSplice.Apply(bytes, peek, SpliceCheck.Model);
        SpliceCheck.CompareGemini(bytes.Span, spliced.Span);
        var again = GeminiPeek.Read(spliced.Span);
        Probe.Require(again.ModelSpans.Count == peek.ModelSpans.Count && again with { ModelSpans = [] } == peek with { ModelSpans = [] }, "splice: the body says something else");
    }
}
