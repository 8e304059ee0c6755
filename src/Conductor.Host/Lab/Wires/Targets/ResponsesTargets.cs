using Conductor.Host.Lab.Wires.Corpus;
using Conductor.Wire;
using Conductor.Wire.Responses;

namespace Conductor.Host.Lab.Wires.Targets;

/// <summary>OpenAI's Responses dialect.</summary>
internal static class ResponsesTargets
{
    public static IEnumerable<WireTarget> All { get; } =
    [
        new("responses request", WireShape.Body, [.. ResponsesRecordings.Requests, .. GeneratedBodies.Requests("responses")], EventStreams.Sync(Request)),
        new("responses answer", WireShape.Body, [.. ResponsesRecordings.Answers, .. GeneratedBodies.Answers("responses")], EventStreams.Sync(Answer)),
        new("responses stream", WireShape.Events, [.. ResponsesRecordings.Streams, .. GeneratedBodies.Streams("responses")], StreamAsync),
    ];

    private static void Request(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var peek = Probe.Request(() => ResponsesPeek.Read(body));
        var request = Probe.Request(() => ResponsesRequestReader.Read(body));
        if (peek is not null)
        {
            var spliced = ResponsesSplice.Apply(body, peek, SpliceCheck.Model).ToArray();
            SpliceCheck.Compare(body, spliced);
            Probe.Require(Bare(ResponsesPeek.Read(spliced)) == Bare(peek) with { Model = SpliceCheck.Model, Provider = null }, "splice: the body says something else");
        }

        if (request is null)
        {
            return;
        }

        peek = Probe.Agreed(peek, () => ResponsesPeek.Read(body));
        Probe.Require(peek is null || (peek.Model, peek.IsStreaming, peek.MaxTokens) == (request.Options.ModelId, request.IsStreaming, request.Options.MaxOutputTokens), "peek and reader differ");
        Probe.Onward(request.Messages, request.Options);
        Keep(request);
    }

    // What whoever keeps conversations does with it.
    private static void Keep(ResponsesRequest request)
    {
        var input = ResponsesItems.InputOf(request.Body, kind => kind + "_1");
        Probe.RequireJson(input.Span, "input");
        var items = System.Text.Json.JsonElement.Parse(input.Span);
        ResponsesItems.ReferencesIn(request.Body);
        ResponsesItems.IdsOf(items.EnumerateArray());
        var whole = ResponsesItems.Expand(request.Body, items.EnumerateArray(), id => ResponsesItems.Find(items, items, id));
        Probe.RequireJson(whole.Span, "a request on its own");
        Probe.Request(() => ResponsesRequestReader.Read(whole.Span));
        Probe.Require(Probe.Request(() => ResponsesRequestReader.Read(request.Body, items.EnumerateArray())) is not null, "a conversation that its own next turn cannot be read after");
    }

    private static void Answer(ReadOnlyMemory<byte> bytes)
    {
        var body = bytes.ToArray();
        var isScanned = Probe.Answer(() => ResponsesScan.ScanAnswer(body), out var usage);
        if (Probe.Answer(() => ResponsesAnswerReader.Read(body), out var answer))
        {
            Probe.Require(isScanned && usage == WireUsage.FromDetails(answer.Usage), "scan and reader differ");
            Probe.Onward(answer);
        }

        ResponsesScan.TypeOf(body);
    }

    private static async Task StreamAsync(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ResponsesEventReader();
        await EventStreams.RunAsync(bytes, reader.Read, reader.Complete, data =>
        {
            ResponsesScan.TypeOf(data);
            var seen = ResponsesScan.ScanEvent(data);
            return new SeenEvent(seen.HasContent, seen.IsFinished, seen.IsInvalid || seen.Error is not null);
        });
    }

    private static ResponsesPeek Bare(ResponsesPeek peek) => peek with { ModelSpan = default, ProviderSpan = default };
}
