using Conductor.Providers.Http;
using Conductor.TestKit;

namespace Conductor.Providers.OpenAI.Tests;

/// <summary>OpenAI's errors, one row each; the table that all servers share is tested with it.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData(401, "invalid_api_key", "invalid_request_error", ProviderErrorKind.Credentials)]
    [InlineData(403, "model_not_found", "invalid_request_error", ProviderErrorKind.ModelNotFound)]
    [InlineData(403, "unsupported_country_region_territory", "request_forbidden", ProviderErrorKind.Credentials)]
    [InlineData(404, "model_not_found", "invalid_request_error", ProviderErrorKind.ModelNotFound)]
    [InlineData(400, "context_length_exceeded", "invalid_request_error", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(400, "content_policy_violation", "invalid_request_error", ProviderErrorKind.ContentFilter)]
    [InlineData(400, "unsupported_value", "invalid_request_error", ProviderErrorKind.Unsupported)]
    [InlineData(400, "unsupported_parameter", "invalid_request_error", ProviderErrorKind.Unsupported)]
    [InlineData(400, "invalid_type", "invalid_request_error", ProviderErrorKind.InvalidRequest)]
    [InlineData(429, "rate_limit_exceeded", "tokens", ProviderErrorKind.RateLimited)]
    [InlineData(429, "insufficient_quota", "insufficient_quota", ProviderErrorKind.QuotaExhausted)]
    [InlineData(500, "", "server_error", ProviderErrorKind.ServerError)]
    [InlineData(503, "", "server_error", ProviderErrorKind.Overloaded)]
    public async Task Error_MeansWhatTheTableSays(int status, string code, string type, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(status, $$$"""{"error":{"message":"CANARY","type":"{{{type}}}","param":"model","code":"{{{code}}}"}}""", ("x-request-id", "req_1")));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal((kind, status, "req_1", "model"), (failure.Kind, failure.StatusCode, failure.UpstreamRequestId, failure.Param));
        Assert.DoesNotContain("CANARY", failure.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("OpenAI ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RateLimit_WithoutRetryAfter_WaitsForWhatIsUsedUp()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(
            429, "", ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "20ms"), ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "1m2.5s")))
            .Reply(FakeReply.Status(429, "", ("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-reset-requests", "9s")))
            .Reply(FakeReply.Status(429, "", ("retry-after", "3"), ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "9s")));
        await using var provider = TestProvider.For(upstream.BaseUrl);
        List<double?> waits = [];

        for (var i = 0; i < 3; i++)
        {
            waits.Add((await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync())).RetryAfter?.TotalSeconds);
        }

        Assert.Equal([62.5, null, 3], waits);
    }

    [Theory]
    [InlineData("6m0s", 360d)]
    [InlineData("20ms", 0.02)]
    [InlineData("1h2m3.5s", 3723.5)]
    [InlineData("99999h", 86400d)]
    [InlineData("7", null)]
    [InlineData("s", null)]
    [InlineData("1d", null)]
    [InlineData("", null)]
    public void Duration_AsGoWritesIt(string text, double? seconds) => Assert.Equal(seconds, GoDuration.Parse(text)?.TotalSeconds);
}
