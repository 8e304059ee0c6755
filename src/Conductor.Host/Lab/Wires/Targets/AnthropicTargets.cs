using Conductor.Host.Lab.Wires.Corpus;
using Conductor.Wire;
using Conductor.Wire.Anthropic;

namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>Anthropic's dialect.</summary>
internal static class AnthropicTargets
{
    public static IEnumerable<WireTarget> All { get; } =
    [
        new("anthropic request", WireShape.Body, [.. AnthropicRecordings.Requests, .. GeneratedBodies.Requests("anthropic")], EventStreams.Sync(Request)),
        new("anthropic answer", WireShape.Body, [.. AnthropicRecordings.Answers, .. GeneratedBodies.Answers("anthropic")], EventStreams.Sync(Answer)),
        new("anthropic stream", WireShape.Events, [.. AnthropicRecordings.Streams, .. GeneratedBodies.Streams("anthropic")], StreamAsync),
        new("anthropic lists, counts and errors", WireShape.Body, AnthropicRecordings.Others, EventStreams.Sync(Others)),
    ];

    private static void Request(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => AnthropicPeek.Read(body));
        var request = Probe.Request(() => AnthropicRequestReader.Read(body));
        Probe.Request(() => AnthropicRequestReader.ReadCount(body));
        if (peek is not null)
        {
            var spliced = AnthropicSplice.Apply(body, peek.ModelSpan, peek.ProviderSpan, SpliceCheck.Model).ToArray();
            SpliceCheck.Compare(body, spliced);
            Probe.Require(Bare(AnthropicPeek.Read(spliced)) == Bare(peek) with { Model = SpliceCheck.Model, Provider = null }, "splice: the body says something else");
        }

        if (request is not null)
        {
            peek = Probe.Agreed(peek, () => AnthropicPeek.Read(body));
            Probe.Require(peek is null || (peek.Model, peek.IsStreaming, peek.MaxTokens) == (request.Options.ModelId, request.IsStreaming, request.Options.MaxOutputTokens), "peek and reader differ");
            Probe.Onward(request.Messages, request.Options);
        }
    }

    private static void Answer(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var isScanned = Probe.Answer(() => AnthropicScan.ScanMessage(body), out var usage);
        if (Probe.Answer(() => AnthropicResponseReader.Read(body), out var answer))
        {
            Probe.Require(!isScanned || usage == WireUsage.FromDetails(answer.Usage), "scan and reader differ about usage");
            Probe.Onward(answer);
        }
    }

    private static async Task StreamAsync(ReadOnlyMemory<byte> bytes)
    {
        var (reader, scan) = (new AnthropicEventReader(), new AnthropicEventScan());
        await EventStreams.RunAsync(bytes, reader.Read, reader.Complete, data =>
        {
            AnthropicEventScan.TypeOf(data);
            var seen = scan.Scan(data);
            return new SeenEvent(seen.HasContent, seen.IsFinished, seen.IsInvalid || seen.IsError);
        });
    }

    private static void Others(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        Probe.Answer(() => AnthropicModelsReader.Read(body), out _);
        Probe.Answer(() => AnthropicTokenCount.Read(body), out _);
        if (AnthropicErrorReader.TryRead(body) is { } error)
        {
            AnthropicErrorClassifier.Classify(error);
        }
    }

    private static AnthropicPeek Bare(AnthropicPeek peek) => peek with { ModelSpan = default, ProviderSpan = default };
}
