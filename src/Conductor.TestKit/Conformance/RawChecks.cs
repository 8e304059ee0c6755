using System.Text.Json;
using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>The raw transport: what goes in goes out, byte for byte.</summary>
internal static class RawChecks
{
    // Odd white space, an unknown member, escapes and plain letters: nothing that a reader and a writer would leave as it is.
    private static readonly byte[] Whole = [.. "{ \"unknown\" :\t[1,  2e0],\n\"text\":\"\\u00e9 é 🌍\" }\n"u8];
    private static readonly byte[] Stream = [.. ": a comment\r\ndata: {\"unknown\":  1}\r\n\r\nevent: odd\ndata: é\n\ndata: [DONE]\n\n"u8];

    public static IReadOnlyList<ConformanceCheck<ProviderBench>> All { get; } =
    [
        new("raw.bytes", BytesAsync),
        new("raw.limit", LimitAsync),
        new("raw.errors", ErrorsAsync),
        new("raw.leave", LeaveAsync),
    ];

    private static async Task BytesAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        foreach (var (isStreaming, body, contentType) in new[] { (false, Whole, "application/json"), (true, Stream, "text/event-stream") })
        {
            var (raw, upstream, request) = await PrepareAsync(bench, new UpstreamTurn.Bytes(body, contentType), isStreaming, cancellationToken).ConfigureAwait(false);
            var before = upstream.Requests.Count;
            var reply = await raw.SendAsync(request, cancellationToken).ConfigureAwait(false);
            await using var replyLease = reply.ConfigureAwait(false);
            using var got = new MemoryStream();
            await reply.Body.CopyToAsync(got, cancellationToken).ConfigureAwait(false);
            Expect.That(got.ToArray().AsSpan().SequenceEqual(body), $"The raw transport gives other bytes than the upstream sent ({got.Length} of {body.Length}); hand out the body's stream as it is.");
            Expect.That(upstream.Requests.Skip(before).Any(seen => seen.Body.AsSpan().SequenceEqual(request.Body.Span)), "The raw transport sends another body than it was given; send RawRequest.Body as it is.");
            Expect.That(reply.ContentType == contentType, $"The raw reply's content type is '{reply.ContentType}' where the upstream said '{contentType}'.");
        }
    }

    private static async Task LimitAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        const int limit = 4_321;
        var (raw, upstream, request) = await PrepareAsync(bench, new UpstreamTurn.Bytes(Whole, "application/json"), isStreaming: false, cancellationToken).ConfigureAwait(false);
        if (!raw.AddsLimit(request.Dialect, request.Endpoint))
        {
            throw new NotOfferedException("Its raw transport adds no limit; a request that needs one goes typed.");
        }

        var before = upstream.Requests.Count;
        var limited = new RawRequest
        {
            Dialect = request.Dialect, Endpoint = request.Endpoint, ModelId = request.ModelId, Body = request.Body, IsStreaming = false, Headers = request.Headers, MaxOutputTokens = limit,
        };
        var reply = await raw.SendAsync(limited, cancellationToken).ConfigureAwait(false);
        await reply.DisposeAsync().ConfigureAwait(false);
        using var sent = JsonDocument.Parse(upstream.Requests[before].Body);
        using var mine = JsonDocument.Parse(request.Body);
        var added = sent.RootElement.EnumerateObject().Where(member => !mine.RootElement.TryGetProperty(member.Name, out var own) || !JsonElement.DeepEquals(own, member.Value)).ToList();
        Expect.That(
            added is [var only] && only.Value.GetRawText().Contains($"{limit}", StringComparison.Ordinal),
            "The raw transport says that it adds RawRequest.MaxOutputTokens, and the body that it sends differs in something else than one member that holds it.");
    }

    private static async Task ErrorsAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var (raw, _, request) = await PrepareAsync(bench, new UpstreamTurn.Failure(429, "no", TimeSpan.FromSeconds(7)), isStreaming: true, cancellationToken).ConfigureAwait(false);
        const string when = "the upstream answers 429 to a raw request";
        var failure = await Expect.FailureAsync(
            async () =>
            {
                var reply = await raw.SendAsync(request, cancellationToken).ConfigureAwait(false);
                await reply.DisposeAsync().ConfigureAwait(false);
            },
            when).ConfigureAwait(false);
        Expect.That(failure.Kind == ProviderErrorKind.RateLimited, $"When {when}, the failure's kind is {failure.Kind}; a status of 400 and above is thrown, with the kind that the typed client gives it.");
        ErrorChecks.RequireSilence(bench, failure.Text, when);
    }

    private static async Task LeaveAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var (raw, upstream, request) = await PrepareAsync(bench, new UpstreamTurn.Stall("one "), isStreaming: true, cancellationToken).ConfigureAwait(false);
        var before = upstream.Requests.Count;
        var reply = await raw.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await using (reply.ConfigureAwait(false))
        {
            await reply.Body.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }

        await Expect.WithinAsync(
            upstream.Requests[before].Aborted,
            bench.Plugin.Patience,
            "A raw stream's reader leaves, and the connection to the upstream stays open; disposing a RawReply ends the upstream's work.").ConfigureAwait(false);
    }

    private static async Task<(IRawTransport Raw, IUpstreamScript Upstream, RawRequest Request)> PrepareAsync(
        ProviderBench bench, UpstreamTurn turn, bool isStreaming, CancellationToken cancellationToken)
    {
        var raw = bench.Provider.RawTransport ?? throw new NotOfferedException("It has no raw transport; everything goes typed.");
        var upstream = bench.Upstream(turn);
        var model = await bench.ChatModelAsync(cancellationToken).ConfigureAwait(false);
        var request = upstream.RawExample(model, isStreaming) ?? throw new NotOfferedException("The script of its upstream has no example of a raw request.");
        return raw.Supports(request.Dialect, request.Endpoint)
            ? (raw, upstream, request)
            : throw new NotOfferedException($"Its raw transport does not take the dialect '{request.Dialect}'.");
    }
}
