using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Google.Tests;

public sealed class ErrorTests
{
    private const string Retry = """{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"46s"}""";
    private const string PerDay = """{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}""";
    private const string PerMinute = """{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]}""";
    private const string BadKey = """{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}""";

    /// <summary>The map, row by row.</summary>
    public static TheoryData<int, string, string, string?, ProviderErrorKind, double?> Rows() => new()
    {
        { 400, "INVALID_ARGUMENT", "Invalid value", null, ProviderErrorKind.InvalidRequest, null },
        { 400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", BadKey, ProviderErrorKind.Credentials, null },
        { 400, "FAILED_PRECONDITION", "User location is not supported for the API use.", null, ProviderErrorKind.Credentials, null },
        { 400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (5).", null, ProviderErrorKind.ContextLengthExceeded, null },
        { 400, "INVALID_ARGUMENT", "Function calling is not enabled for models/x", null, ProviderErrorKind.Unsupported, null },
        { 401, "UNAUTHENTICATED", "no", null, ProviderErrorKind.Credentials, null },
        { 403, "PERMISSION_DENIED", "no", null, ProviderErrorKind.Credentials, null },
        { 404, "NOT_FOUND", "models/x is not found", null, ProviderErrorKind.ModelNotFound, null },
        { 409, "ABORTED", "x", null, ProviderErrorKind.ServerError, null },
        { 413, "INVALID_ARGUMENT", "Request payload size exceeds the limit", null, ProviderErrorKind.ContextLengthExceeded, null },
        { 429, "RESOURCE_EXHAUSTED", "quota", PerMinute, ProviderErrorKind.RateLimited, null },
        { 429, "RESOURCE_EXHAUSTED", "quota", Retry, ProviderErrorKind.RateLimited, 46.0 },
        { 429, "RESOURCE_EXHAUSTED", "quota", PerDay, ProviderErrorKind.QuotaExhausted, null },
        { 499, "CANCELLED", "x", null, ProviderErrorKind.Timeout, null },
        { 500, "INTERNAL", "An internal error has occurred.", null, ProviderErrorKind.ServerError, null },
        { 501, "UNIMPLEMENTED", "x", null, ProviderErrorKind.Unsupported, null },
        { 503, "UNAVAILABLE", "The model is overloaded.", null, ProviderErrorKind.Overloaded, null },
        { 504, "DEADLINE_EXCEEDED", "x", null, ProviderErrorKind.Timeout, null },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Refusal_Row_MeansWhatItMeans(int status, string word, string message, string? detail, ProviderErrorKind kind, double? retryAfter)
    {
        await using var google = await FakeGemini.StartAsync();
        google.Otherwise(_ => FakeGeminiReply.Error(status, word, message + " SECRET-TEXT", detail is null ? [] : [detail]));
        await using var provider = TestProvider.For(google.BaseUrl);

        foreach (var isStreaming in (bool[])[false, true])
        {
            var failure = await Assert.ThrowsAsync<ProviderException>(() => AskAsync(provider, isStreaming));

            Assert.Equal((kind, status, retryAfter), (failure.Kind, failure.StatusCode, failure.RetryAfter?.TotalSeconds));
            Assert.DoesNotContain("SECRET-TEXT", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(new Uri(google.BaseUrl).Authority, failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prompt_Blocked_IsARefusalOfContent(bool isStreaming)
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(FakeGeminiReply.Blocked());
        await using var provider = TestProvider.For(google.BaseUrl);

        Assert.Equal(ProviderErrorKind.ContentFilter, (await Assert.ThrowsAsync<ProviderException>(() => AskAsync(provider, isStreaming))).Kind);
    }

    [Theory]
    [InlineData("MALFORMED_FUNCTION_CALL", ProviderErrorKind.ServerError)]
    [InlineData("MISSING_THOUGHT_SIGNATURE", ProviderErrorKind.InvalidRequest)]
    public async Task Answer_BrokenOffWithNothingSaid_IsAFailure(string reason, ProviderErrorKind kind)
    {
        await using var google = await FakeGemini.StartAsync();
        google.Otherwise(_ => new FakeGeminiReply().Finish(reason));
        await using var provider = TestProvider.For(google.BaseUrl);

        foreach (var isStreaming in (bool[])[false, true])
        {
            Assert.Equal(kind, (await Assert.ThrowsAsync<ProviderException>(() => AskAsync(provider, isStreaming))).Kind);
        }
    }

    [Fact]
    public async Task Stream_ErrorInsideOrNoEnd_IsAFailureAfterItsContent()
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(FakeGeminiReply.Text("a").ThenError(503, "UNAVAILABLE", "busy")).Reply(FakeGeminiReply.Text("a").ThenEnd()).Reply(FakeGeminiReply.Text("a").ThenReset()).Reply(FakeGeminiReply.Text("a").ThenGarbage());
        await using var provider = TestProvider.For(google.BaseUrl);

        foreach (var kind in (ProviderErrorKind[])[ProviderErrorKind.Overloaded, ProviderErrorKind.InvalidResponse, ProviderErrorKind.Network, ProviderErrorKind.InvalidResponse])
        {
            var texts = new List<string>();
            var failure = await Assert.ThrowsAsync<ProviderException>(async () =>
            {
                await foreach (var update in provider.Chat().GetStreamingResponseAsync("hi"))
                {
                    texts.Add(update.Text);
                }
            });

            Assert.Equal(kind, failure.Kind);
            Assert.True(kind == ProviderErrorKind.Network || string.Concat(texts) == "a"); // a reset may overtake what was sent before it
        }
    }

    [Fact]
    public async Task Key_WrongOrMissing_IsTheProvidersFault()
    {
        await using var google = await FakeGemini.StartAsync();
        google.Key = "another";
        foreach (var key in (string?[])["wrong", null])
        {
            await using var provider = TestProvider.For(google.BaseUrl, key);

            Assert.Equal(ProviderErrorKind.Credentials, (await Assert.ThrowsAsync<ProviderException>(() => AskAsync(provider, false))).Kind);
            Assert.Equal(ProviderHealthStatus.Unhealthy, (await provider.Provider.CheckHealthAsync(CancellationToken.None)).Status);
        }

        Assert.All(google.Requests, request => Assert.DoesNotContain("wrong", request.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"candidates":[]}""")]
    [InlineData("nonsense")]
    public async Task Answer_ThatIsNone_IsInvalid(string body)
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(FakeGeminiReply.Bytes(200, body));
        await using var provider = TestProvider.For(google.BaseUrl);

        Assert.Equal(ProviderErrorKind.InvalidResponse, (await Assert.ThrowsAsync<ProviderException>(() => AskAsync(provider, false))).Kind);
    }

    [Fact]
    public async Task Caller_WhoLeaves_EndsTheUpstreamsWork()
    {
        await using var google = await FakeGemini.StartAsync();
        google.Reply(FakeGeminiReply.Text("a").ThenStall());
        await using var provider = TestProvider.For(google.BaseUrl);
        using var leaving = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in provider.Chat().GetStreamingResponseAsync("hi", null, leaving.Token))
            {
                await leaving.CancelAsync();
            }
        });

        await google.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(5));
    }

    private static async Task AskAsync(TestProvider provider, bool isStreaming)
    {
        if (!isStreaming)
        {
            await provider.Chat().GetResponseAsync("hi");
            return;
        }

        await foreach (var _ in provider.Chat().GetStreamingResponseAsync("hi"))
        {
        }
    }
}
