using System.Text.Json;
using Conductor.Host.Lab.Wires.Corpus;
using Conductor.Wire;
using Conductor.Wire.OpenAI;
using Microsoft.Extensions.AI;

namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>OpenAI's chat dialect, bare completions and vectors.</summary>
internal static class OpenAITargets
{
    public static IEnumerable<WireTarget> All { get; } =
    [
        new("openai request", WireShape.Body, [.. OpenAIRecordings.Requests, .. GeneratedBodies.Requests("openai")], Sync(Request)),
        new("openai completions request", WireShape.Body, OpenAIRecordings.Completions, Sync(Completion)),
        new("openai embeddings request", WireShape.Body, OpenAIRecordings.Embeddings, Sync(Embeddings)),
        new("openai answer", WireShape.Body, [.. OpenAIRecordings.Answers, .. GeneratedBodies.Answers("openai")], Sync(Answer)),
        new("openai stream", WireShape.Events, [.. OpenAIRecordings.Streams, .. GeneratedBodies.Streams("openai")], StreamAsync),
        new("openai lists and errors", WireShape.Body, [.. OpenAIRecordings.Others, .. OpenAIRecordings.Answers], Sync(Others)),
    ];

    private static void Request(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => OpenAIPeek.Read(body));
        var request = Probe.Request(() => OpenAIRequestReader.Read(body));
        if (peek is not null)
        {
            Splice(body, peek, OpenAIPeek.Read);
        }

        if (request is not null)
        {
            peek = Probe.Agreed(peek, () => OpenAIPeek.Read(body));
            Probe.Require(peek is null || (peek.Model, peek.IsStreaming, peek.WantsUsage) == (request.Options.ModelId, request.IsStreaming, request.WantsUsage), "peek and reader differ");
            Probe.Require(peek is null || (peek.MaxTokens == request.Options.MaxOutputTokens && peek.HasMessages), "peek and reader differ");
            Probe.Onward(request.Messages, request.Options);
        }
    }

    private static void Completion(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        if (Probe.Request(() => OpenAIPeek.ReadCompletion(body)) is { } peek)
        {
            Splice(body, peek, OpenAIPeek.ReadCompletion);
        }

        if (Probe.Request(() => OpenAICompletionsReader.Read(body, new LossReport())) is { } request)
        {
            Probe.Onward(request.Chat.Messages, request.Chat.Options);
        }
    }

    private static void Embeddings(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => OpenAIPeek.Read(body));
        if (Probe.Request(() => OpenAIEmbeddingsReader.ReadRequest(body)) is { } request)
        {
            Probe.Require(request.Count > 0 && (request.Inputs is null || request.Inputs.Count == request.Count), "vectors: a count that is not that of the inputs");
            Probe.Require(peek is null || peek.Model == request.Model, "peek and reader differ");
        }
    }

    private static void Answer(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var isScanned = Probe.Answer(() => OpenAIScan.ScanChat(body), out var usage);
        Probe.Answer(() => OpenAIScan.ScanCompletion(body), out _);
        if (Probe.Answer(() => OpenAIResponseReader.Read(body), out var answer))
        {
            Probe.Require(!isScanned || usage == WireUsage.FromDetails(answer.Usage), "scan and reader differ about usage");
            Probe.Onward(answer);
        }
    }

    private static async Task StreamAsync(ReadOnlyMemory<byte> bytes)
    {
        var reader = new OpenAIChunkReader();
        await EventStreams.RunAsync(bytes, reader.Read, reader.Complete, data =>
        {
            var seen = OpenAIScan.ScanEvent(data);
            return new SeenEvent(seen.HasContent, seen.IsFinished, seen.IsInvalid || seen.IsError);
        });
    }

    private static void Others(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        Probe.Answer(() => OpenAIModelsReader.Read(body), out _);
        var isScanned = Probe.Answer(() => OpenAIScan.ScanEmbeddings(body), out var usage);
        if (Probe.Answer(() => OpenAIEmbeddingsReader.ReadResponse(body), out var vectors))
        {
            Probe.Require(vectors.Vectors.All(vector => vector.Length > 0), "vectors: an empty one");
            Probe.Require(!isScanned || usage == vectors.Usage, "scan and reader differ about usage");
        }

        if (OpenAIErrorReader.TryRead(body) is { } error)
        {
            OpenAIErrorClassifier.Classify(error);
        }
    }

    private static void Splice(byte[] body, OpenAIPeek peek, PeekOf read)
    {
        var spliced = OpenAISplice.Apply(body, peek, SpliceCheck.Model).ToArray();
        var isAsked = peek.IsStreaming && !peek.WantsUsage;
        var after = SpliceCheck.Compare(body, spliced, isAsked ? ["stream_options"] : []);
        Probe.Require(!isAsked || after.GetProperty("stream_options").GetProperty("include_usage").ValueKind == JsonValueKind.True, "splice: usage is not asked for");
        var again = read(spliced);
        Probe.Require(Bare(again) == Bare(peek) with { Model = SpliceCheck.Model, Provider = null, WantsUsage = peek.WantsUsage || isAsked }, "splice: the body says something else");
    }

    private static Func<ReadOnlyMemory<byte>, Task> Sync(Action<ReadOnlyMemory<byte>> run) => EventStreams.Sync(run);

    private delegate OpenAIPeek PeekOf(ReadOnlySpan<byte> body);

    private static OpenAIPeek Bare(OpenAIPeek peek) => peek with { ModelSpan = default, ProviderSpan = default, StreamOptionsSpan = default };
}
