using System.Globalization;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Anthropic.Tests;

public sealed class ErrorTests
{
    private const string Canary = "UPSTREAM-SECRET-TEXT";

    public static TheoryData<int, string, ProviderErrorKind> Rows => new()
    {
        { 307, "", ProviderErrorKind.ServerError },
        { 400, Error("invalid_request_error", "messages: at least one message is required"), ProviderErrorKind.InvalidRequest },
        { 400, Error("invalid_request_error", "prompt is too long: 212345 tokens > 200000 maximum"), ProviderErrorKind.ContextLengthExceeded },
        { 400, Error("invalid_request_error", "input length and `max_tokens` exceed context limit: 5 + 4 > 8"), ProviderErrorKind.ContextLengthExceeded },
        { 400, Error("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), ProviderErrorKind.QuotaExhausted },
        { 400, Error("invalid_request_error", "Output blocked by content filtering policy"), ProviderErrorKind.ContentFilter },
        { 400, "<html>", ProviderErrorKind.InvalidRequest },
        { 401, Error("authentication_error", "invalid x-api-key"), ProviderErrorKind.Credentials },
        { 402, Error("billing_error", "x"), ProviderErrorKind.QuotaExhausted },
        { 403, Error("permission_error", "x"), ProviderErrorKind.Credentials },
        { 404, Error("not_found_error", "model: claude-9"), ProviderErrorKind.ModelNotFound },
        { 405, "", ProviderErrorKind.InvalidRequest },
        { 408, "", ProviderErrorKind.Timeout },
        { 409, "", ProviderErrorKind.ServerError },
        { 413, Error("request_too_large", "x"), ProviderErrorKind.ContextLengthExceeded },
        { 422, "", ProviderErrorKind.InvalidRequest },
        { 429, Error("rate_limit_error", "x"), ProviderErrorKind.RateLimited },
        { 429, """{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}""", ProviderErrorKind.QuotaExhausted },
        { 429, """{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"contract_spend_limit_reached"}}}""", ProviderErrorKind.QuotaExhausted },
        { 500, Error("api_error", "x"), ProviderErrorKind.ServerError },
        { 502, "<html>", ProviderErrorKind.ServerError },
        { 503, "", ProviderErrorKind.Overloaded },
        { 504, Error("timeout_error", "x"), ProviderErrorKind.Timeout },
        { 529, Error("overloaded_error", "Overloaded"), ProviderErrorKind.Overloaded },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Status_AndBody_MapToOneKind(int status, string body, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(status, body, ("Location", "http://127.0.0.1:1/elsewhere"), ("request-id", "req_1")));
        await using var provider = TestProvider.For(Root(upstream));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal((kind, status, "req_1"), (failure.Kind, failure.StatusCode, failure.UpstreamRequestId));
        Assert.Null(failure.RetryAfter);
        AssertQuiet(failure, upstream);
        Assert.Single(upstream.Requests);
    }

    public static TheoryData<string, ProviderErrorKind> InsideRows => new()
    {
        { "invalid_request_error", ProviderErrorKind.InvalidRequest },
        { "authentication_error", ProviderErrorKind.Credentials },
        { "billing_error", ProviderErrorKind.QuotaExhausted },
        { "permission_error", ProviderErrorKind.Credentials },
        { "not_found_error", ProviderErrorKind.ModelNotFound },
        { "request_too_large", ProviderErrorKind.ContextLengthExceeded },
        { "rate_limit_error", ProviderErrorKind.RateLimited },
        { "api_error", ProviderErrorKind.ServerError },
        { "timeout_error", ProviderErrorKind.Timeout },
        { "overloaded_error", ProviderErrorKind.Overloaded },
        { "something_new", ProviderErrorKind.ServerError },
    };

    [Theory]
    [MemberData(nameof(InsideRows))]
    public async Task ErrorInsideASuccess_WholeOrStreamed_MapsToTheSameKind(string type, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream
            .Reply(FakeReply.Json(Error(type, "x")))
            .Reply(FakeReply.Bytes(200, System.Text.Encoding.UTF8.GetBytes($"event: message_start\ndata: {{\"type\":\"message_start\",\"message\":{{}}}}\n\nevent: error\ndata: {Error(type, "x")}\n\n"), "text/event-stream"));
        await using var provider = TestProvider.For(Root(upstream));

        var whole = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());
        var streamed = await Assert.ThrowsAsync<ProviderException>(() => provider.StreamAsync().ToChatResponseAsync());

        Assert.Equal((kind, kind), (whole.Kind, streamed.Kind));
        AssertQuiet(whole, upstream);
        AssertQuiet(streamed, upstream);
    }

    [Theory]
    [InlineData("retry-after", "7", 7)]
    [InlineData("retry-after", "Fri, 20 Nov 2026 10:00:30 GMT", 30)]
    [InlineData("retry-after", "soon", null)]
    [InlineData("anthropic-ratelimit-requests-reset", "2026-11-20T10:00:09Z", null)]
    public async Task RetryAfter_Header_IsRead(string name, string value, int? seconds)
    {
        var failure = await LimitedAsync((name, value));

        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, failure.RetryAfter);
    }

    [Fact]
    public async Task RetryAfter_OfUsedUpLimits_IsTheLatestOfTheirResets()
    {
        var failure = await LimitedAsync(
            ("anthropic-ratelimit-requests-remaining", "0"), ("anthropic-ratelimit-requests-reset", "2026-11-20T10:00:05Z"),
            ("anthropic-ratelimit-output-tokens-remaining", "0"), ("anthropic-ratelimit-output-tokens-reset", "2026-11-20T10:00:20Z"),
            ("anthropic-ratelimit-tokens-remaining", "12"), ("anthropic-ratelimit-tokens-reset", "2026-11-20T11:00:00Z"));

        Assert.Equal(TimeSpan.FromSeconds(20), failure.RetryAfter);
    }

    [Theory]
    [InlineData("{", ProviderErrorKind.InvalidResponse)]
    [InlineData("{}", ProviderErrorKind.InvalidResponse)]
    [InlineData("[]", ProviderErrorKind.InvalidResponse)]
    public async Task Answer_ThatIsNone_IsInvalid(string body, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json(body));
        await using var provider = TestProvider.For(Root(upstream));

        Assert.Equal(kind, (await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync())).Kind);
    }

    private static async Task<ProviderException> LimitedAsync(params (string Name, string Value)[] headers)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(429, Error("rate_limit_error", "x"), headers));
        var time = new ManualTimeProvider(DateTimeOffset.Parse("2026-11-20T10:00:00Z", CultureInfo.InvariantCulture));
        await using var provider = TestProvider.For(Root(upstream), time, "k");
        return await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());
    }

    private static string Error(string type, string message) => $$"""{"type":"error","error":{"type":"{{type}}","message":"{{message}} {{Canary}}"},"request_id":"req_2"}""";

    private static string Root(FakeUpstream upstream) => new Uri(upstream.BaseUrl).GetLeftPart(UriPartial.Authority);

    private static void AssertQuiet(ProviderException failure, FakeUpstream upstream)
    {
        var text = failure.ToString();
        Assert.DoesNotContain(Canary, text, StringComparison.Ordinal);
        Assert.DoesNotContain(new Uri(upstream.BaseUrl).Authority, text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant-secret-key", text, StringComparison.Ordinal);
    }
}
