using Conductor.Plugins;
using Conductor.Security;
using Conductor.TestKit;

namespace Conductor.Providers.Http.Tests;

/// <summary>Which key a request shows, and what the host is told of its answer.</summary>
public sealed class KeyRingTests
{
    [Fact]
    public async Task Request_ShowsThePresentKey_AndTheAnswerIsReported()
    {
        await using var fake = await FakeUpstream.StartAsync();
        fake.Reply(FakeReply.Status(200, "{}"))
            .Reply(FakeReply.Status(200, "{}", ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "2s"), ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "1m3s")))
            .Reply(FakeReply.Status(401))
            .Reply(FakeReply.Status(429, "", ("retry-after", "7")))
            .Reply(FakeReply.Status(503, "", ("retry-after", "7")))
            .Reply(FakeReply.Reset());
        var ring = new Ring();
        using var upstream = new TestUpstream(fake.BaseUrl, ring: ring);
        Assert.True(ring.IsJoined);

        for (var i = 1; i <= 6; i++)
        {
            ring.Current = new ProviderKey(i, new Secret($"sk-{i}"));
            await Record.ExceptionAsync(async () => await (await upstream.Client.SendAsync(new UpstreamRequest("x") { Model = "m" }, CancellationToken.None)).DisposeAsync());
        }

        Assert.Equal(["Bearer sk-1", "Bearer sk-2", "Bearer sk-3", "Bearer sk-4", "Bearer sk-5", "Bearer sk-6"], fake.Requests.Select(request => request.Headers["authorization"]));
        Assert.Equal(
            [
                (1, new ProviderKeyReport("m")),
                (2, new ProviderKeyReport("m", ExhaustedFor: TimeSpan.FromSeconds(63))),
                (3, new ProviderKeyReport("m", ProviderErrorKind.Credentials)),
                (4, new ProviderKeyReport("m", ProviderErrorKind.RateLimited, TimeSpan.FromSeconds(7))),
            ],
            ring.Reports); // an overload, or a broken connection, says nothing of the key
    }

    [Theory]
    [InlineData("anthropic-ratelimit-requests", "2026-01-01T00:00:30Z", 30)]
    [InlineData("anthropic-ratelimit-input-tokens", "2026-01-01T00:00:05Z", 5)]
    [InlineData("anthropic-ratelimit-output-tokens", "2026-01-09T00:00:05Z", 86_400)]
    [InlineData("anthropic-ratelimit-tokens", "banana", null)]
    [InlineData("anthropic-ratelimit-tokens", "2025-01-01T00:00:00Z", 0)]
    public void UsedUp_AsAnthropicSaysIt(string name, string reset, int? seconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation($"{name}-remaining", "0");
        response.Headers.TryAddWithoutValidation($"{name}-reset", reset);

        Assert.Equal(seconds, UsedUpLimits.Read(response.Headers, new ManualTimeProvider())?.TotalSeconds);
    }

    [Fact]
    public void SomethingIsLeft_NothingIsUsedUp()
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("x-ratelimit-remaining-requests", "1");
        response.Headers.TryAddWithoutValidation("x-ratelimit-reset-requests", "9s");

        Assert.Null(UsedUpLimits.Read(response.Headers, TimeProvider.System));
    }

    private sealed class Ring : IProviderKeys
    {
        public ProviderKey Current { get; set; } = new(1, new Secret("sk-0"));

        public bool IsJoined { get; private set; }

        public List<(int Number, ProviderKeyReport Report)> Reports { get; } = [];

        public void Join() => IsJoined = true;

        public void Report(ProviderKey key, ProviderKeyReport report) => Reports.Add((key.Number, report));
    }
}
