using Microsoft.Extensions.AI;

namespace Conductor.TestKit;

/// <summary>Whether a call that nobody wants any more ends, and its upstream's work with it.</summary>
internal static class CancellationChecks
{
    public static IReadOnlyList<ConformanceCheck<ProviderBench>> All { get; } =
    [
        new("cancel.beforehand", BeforehandAsync),
        new("cancel.waiting", WaitingAsync),
        new("cancel.stream", InsideStreamAsync),
        new("cancel.reader-leaves", ReaderLeavesAsync),
    ];

    private static async Task BeforehandAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        if (bench.Script is not null)
        {
            bench.Upstream(new UpstreamTurn.Silence());
        }

        var client = await bench.ChatAsync(cancellationToken).ConfigureAwait(false);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync().ConfigureAwait(false);
        ChatMessage[] messages = [new(ChatRole.User, "hello out there")];
        await RequireCancelledAsync(bench, () => client.GetResponseAsync(messages, null, cancelled.Token), "a whole answer is asked for with a token that is cancelled already", mayEnd: bench.Script is null).ConfigureAwait(false);
        await RequireCancelledAsync(bench, () => ReadAsync(client, messages, cancelled.Token), "a stream is asked for with a token that is cancelled already", mayEnd: bench.Script is null).ConfigureAwait(false);
    }

    private static async Task WaitingAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var upstream = bench.Upstream(new UpstreamTurn.Silence());
        var client = await bench.ChatAsync(cancellationToken).ConfigureAwait(false);
        ChatMessage[] messages = [new(ChatRole.User, "hello out there")];
        foreach (var isStreaming in new[] { false, true })
        {
            var before = upstream.Requests.Count;
            using var cancelled = new CancellationTokenSource();
            var call = isStreaming ? ReadAsync(client, messages, cancelled.Token) : client.GetResponseAsync(messages, null, cancelled.Token);
            var request = await ArrivedAsync(bench, upstream, before, call, cancellationToken).ConfigureAwait(false);
            await cancelled.CancelAsync().ConfigureAwait(false);
            var when = isStreaming ? "a stream that has not begun is cancelled" : "a call that waits for its answer is cancelled";
            await RequireCancelledAsync(bench, () => call, when, mayEnd: false).ConfigureAwait(false);
            await RequireClosedAsync(bench, request, when).ConfigureAwait(false);
        }
    }

    private static async Task InsideStreamAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var upstream = bench.Upstream(new UpstreamTurn.Stall("one "));
        var client = await bench.ChatAsync(cancellationToken).ConfigureAwait(false);
        var before = upstream.Requests.Count;
        using var cancelled = new CancellationTokenSource();
        var stream = client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hello out there")], null, cancelled.Token).GetAsyncEnumerator(cancelled.Token);
        try
        {
            await FirstContentAsync(bench, stream).ConfigureAwait(false);
            var next = stream.MoveNextAsync().AsTask();
            await cancelled.CancelAsync().ConfigureAwait(false);
            await RequireCancelledAsync(bench, () => DrainAsync(next, stream), "a stream is cancelled inside", mayEnd: false).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(stream).ConfigureAwait(false);
        }

        await RequireClosedAsync(bench, upstream.Requests[before], "a stream is cancelled inside").ConfigureAwait(false);
    }

    private static async Task ReaderLeavesAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var upstream = bench.Upstream(new UpstreamTurn.Stall("one "));
        var client = await bench.ChatAsync(cancellationToken).ConfigureAwait(false);
        var before = upstream.Requests.Count;
        var stream = client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hello out there")], null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            await FirstContentAsync(bench, stream).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(stream).ConfigureAwait(false);
        }

        await RequireClosedAsync(bench, upstream.Requests[before], "a stream's reader leaves and disposes its enumerator").ConfigureAwait(false);
    }

    private static async Task ReadAsync(IChatClient client, ChatMessage[] messages, CancellationToken cancellationToken)
    {
        await foreach (var _ in client.GetStreamingResponseAsync(messages, null, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    // Updates that were on their way may still come out.
    private static async Task DrainAsync(Task<bool> next, IAsyncEnumerator<ChatResponseUpdate> stream)
    {
        while (await next.ConfigureAwait(false))
        {
            next = stream.MoveNextAsync().AsTask();
        }
    }

    private static async Task FirstContentAsync(ProviderBench bench, IAsyncEnumerator<ChatResponseUpdate> stream)
    {
        while (true)
        {
            var next = stream.MoveNextAsync().AsTask();
            await Expect.WithinAsync(next, bench.Plugin.Patience + TimeSpan.FromSeconds(5), "The first piece of a stream does not come out while the upstream keeps the stream open; pass pieces on as they arrive, and do not wait for the buffer to fill.").ConfigureAwait(false);
            Expect.That(await next.ConfigureAwait(false), "A stream that the upstream keeps open ends by itself.");
            if (stream.Current?.Text is { Length: > 0 })
            {
                return;
            }
        }
    }

    private static async Task CloseAsync(IAsyncEnumerator<ChatResponseUpdate> stream)
    {
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a stream that fails while it is closed; whether its connection is closed is asked afterwards
        catch (Exception)
#pragma warning restore CA1031
        {
            // Told by what follows.
        }
    }

    private static async Task<RecordedRequest> ArrivedAsync(ProviderBench bench, IUpstreamScript upstream, int before, Task call, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetTimestamp();
        while (upstream.Requests.Count <= before)
        {
            var waited = TimeProvider.System.GetElapsedTime(until);
            Expect.That(!call.IsCompleted && waited < bench.Plugin.Patience + TimeSpan.FromSeconds(5), "A call does not send its request to the upstream.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken).ConfigureAwait(false);
        }

        return upstream.Requests[before];
    }

    private static async Task RequireCancelledAsync(ProviderBench bench, Func<Task> call, string when, bool mayEnd)
    {
        var seconds = bench.Plugin.Patience.TotalSeconds;
        try
        {
            await call().WaitAsync(bench.Plugin.Patience).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (TimeoutException)
        {
            throw new CheckFailedException($"When {when}, the call goes on for more than {seconds:0.#} s; pass the cancellation token on to whatever is awaited.");
        }
        catch (Exception failure) when (failure is not CheckFailedException)
        {
            throw new CheckFailedException($"When {when}, the call ends with {failure.GetType().Name} instead of an OperationCanceledException; let cancellation by the caller's token through.");
        }

        Expect.That(mayEnd, $"When {when}, the call ends as if nothing had happened; it must throw an OperationCanceledException.");
    }

    private static Task RequireClosedAsync(ProviderBench bench, RecordedRequest request, string when) => Expect.WithinAsync(
        request.Aborted,
        bench.Plugin.Patience,
        $"When {when}, the connection to the upstream is still open {bench.Plugin.Patience.TotalSeconds:0.#} s later, and the upstream goes on generating; dispose the response of a call that ends early.");
}
