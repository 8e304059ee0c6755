using Conductor.Providers;

namespace Conductor.TestKit;

/// <summary>What a provider says when its upstream fails: the right kind, and none of the upstream's words.</summary>
internal static class ErrorChecks
{
    private const string UpstreamWords = "internal-words-of-the-upstream-82f1";

    // Ends and cuts may be seen as either: the connection broke, or what came over it is no answer.
    private static readonly ProviderErrorKind[] Broken = [ProviderErrorKind.Network, ProviderErrorKind.InvalidResponse];

    public static IReadOnlyList<ConformanceCheck<ProviderBench>> All { get; } =
    [
        OfStatus(400, ProviderErrorKind.InvalidRequest),
        OfStatus(401, ProviderErrorKind.Credentials),
        OfStatus(404, ProviderErrorKind.ModelNotFound),
        new("error.429", RateLimitAsync),
        OfStatus(500, ProviderErrorKind.ServerError),
        OfStatus(503, ProviderErrorKind.Overloaded),
        OfStatus(504, ProviderErrorKind.Timeout),
        new("error.unreachable", UnreachableAsync),
        new("error.garbage", GarbageAsync),
        new("error.cut", CutAsync),
        new("error.stream-cut", StreamCutAsync),
        new("error.stream-unfinished", UnfinishedAsync),
    ];

    /// <summary>No text for people names the upstream's words, the key or the address.</summary>
    public static void RequireSilence(ProviderBench bench, string text, string when)
    {
        Expect.That(!text.Contains(UpstreamWords, StringComparison.Ordinal), $"When {when}, the message repeats the upstream's own text. It may hold prompts or keys; say in your own words what failed.");
        Expect.That(bench.Plugin.ApiKey is not { Length: > 0 } key || !text.Contains(key, StringComparison.Ordinal), $"When {when}, the message holds the key.");
        Expect.That(bench.Script is not { } script || !text.Contains(script.Authority, StringComparison.Ordinal), $"When {when}, the message holds the upstream's address; callers are not to know it.");
    }

    private static ConformanceCheck<ProviderBench> OfStatus(int status, ProviderErrorKind kind) => new($"error.{status}", async (bench, cancellationToken) =>
    {
        foreach (var (failure, when) in await AskBothAsync(bench, new UpstreamTurn.Failure(status, Words(bench)), $"the upstream answers {status}", cancellationToken).ConfigureAwait(false))
        {
            Require(bench, failure, when, kind);
        }
    });

    private static async Task RateLimitAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var isStated = bench.Upstream(new UpstreamTurn.Failure(429, Words(bench), TimeSpan.FromSeconds(7))).StatesRetryAfter;
        foreach (var (failure, when) in await AskBothAsync(bench, new UpstreamTurn.Failure(429, Words(bench), TimeSpan.FromSeconds(7)), "the upstream answers 429", cancellationToken).ConfigureAwait(false))
        {
            Require(bench, failure, when, ProviderErrorKind.RateLimited);
            Expect.That(!isStated || failure.RetryAfter == TimeSpan.FromSeconds(7), $"When {when} with 'retry-after: 7', RetryAfter is {failure.RetryAfter?.ToString() ?? "null"}; read the header, so that the host waits as long as the upstream asks.");
        }
    }

    private static async Task UnreachableAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        var upstream = bench.Upstream(new UpstreamTurn.Text("hello"));
        await bench.ChatModelAsync(cancellationToken).ConfigureAwait(false); // while there is somebody to list it
        await upstream.DisposeAsync().ConfigureAwait(false);
        const string when = "nobody answers at the upstream's address";
        var failure = await Expect.FailureAsync(() => bench.AskAsync("hello", cancellationToken), when).ConfigureAwait(false);
        Require(bench, failure, when, ProviderErrorKind.Network);
    }

    private static async Task GarbageAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        foreach (var (failure, when) in await AskBothAsync(bench, new UpstreamTurn.Garbage(), "the upstream answers 200 with something that is no answer", cancellationToken).ConfigureAwait(false))
        {
            Require(bench, failure, when, ProviderErrorKind.InvalidResponse);
        }
    }

    private static async Task CutAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        const string when = "the connection breaks inside a whole answer";
        bench.Upstream(new UpstreamTurn.Cut("one "));
        var failure = await Expect.FailureAsync(() => bench.AskAsync("hello", cancellationToken), when).ConfigureAwait(false);
        Require(bench, failure, when, Broken);
    }

    private static async Task StreamCutAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        const string when = "the connection breaks inside a stream";
        bench.Upstream(new UpstreamTurn.Cut("one "));
        var failure = await Expect.FailureAsync(() => bench.StreamAsync("hello", cancellationToken), when).ConfigureAwait(false);
        Require(bench, failure, when, Broken);
    }

    private static async Task UnfinishedAsync(ProviderBench bench, CancellationToken cancellationToken)
    {
        const string when = "the upstream ends a stream without saying that it is finished";
        bench.Upstream(new UpstreamTurn.Unfinished("one "));
        var failure = await Expect.FailureAsync(() => bench.StreamAsync("hello", cancellationToken), when).ConfigureAwait(false);
        Require(bench, failure, when, Broken);
    }

    private static async Task<IReadOnlyList<(ProviderFailure Failure, string When)>> AskBothAsync(ProviderBench bench, UpstreamTurn turn, string when, CancellationToken cancellationToken)
    {
        bench.Upstream(turn);
        var whole = await Expect.FailureAsync(() => bench.AskAsync("hello", cancellationToken), when).ConfigureAwait(false);
        var stream = await Expect.FailureAsync(() => bench.StreamAsync("hello", cancellationToken), when + " to a stream").ConfigureAwait(false);
        return [(whole, when), (stream, when + " to a stream")];
    }

    private static string Words(ProviderBench bench) => bench.Plugin.ApiKey is { } key ? $"{UpstreamWords} {key}" : UpstreamWords;

    private static void Require(ProviderBench bench, ProviderFailure failure, string when, params ProviderErrorKind[] kinds)
    {
        Expect.That(kinds.Contains(failure.Kind), $"When {when}, the failure's kind is {failure.Kind}; it must be {string.Join(" or ", kinds)}, by which the host decides whether to try another target.");
        RequireSilence(bench, failure.Text, when);
    }
}
