using System.Net.Http.Headers;
using Conductor.Wire;

namespace Conductor.Providers.Http.Tests;

/// <summary>The table of what statuses and categories mean where a provider does not know better.</summary>
public sealed class MeaningTests
{
    [Theory]
    [InlineData(100, "", ProviderErrorKind.InvalidResponse)]
    [InlineData(302, "", ProviderErrorKind.ServerError)]
    [InlineData(400, "", ProviderErrorKind.InvalidRequest)]
    [InlineData(400, "context_length_exceeded", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(400, "content_filter", ProviderErrorKind.ContentFilter)]
    [InlineData(400, "model_not_found", ProviderErrorKind.ModelNotFound)]
    [InlineData(400, "invalid_api_key", ProviderErrorKind.Credentials)]
    [InlineData(400, "insufficient_quota", ProviderErrorKind.QuotaExhausted)]
    [InlineData(400, "rate_limit_exceeded", ProviderErrorKind.InvalidRequest)]
    [InlineData(401, "", ProviderErrorKind.Credentials)]
    [InlineData(402, "", ProviderErrorKind.QuotaExhausted)]
    [InlineData(403, "", ProviderErrorKind.Credentials)]
    [InlineData(403, "insufficient_quota", ProviderErrorKind.QuotaExhausted)]
    [InlineData(404, "", ProviderErrorKind.ModelNotFound)]
    [InlineData(404, "context_length_exceeded", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(405, "", ProviderErrorKind.InvalidRequest)]
    [InlineData(408, "", ProviderErrorKind.Timeout)]
    [InlineData(409, "", ProviderErrorKind.ServerError)]
    [InlineData(413, "", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(422, "", ProviderErrorKind.InvalidRequest)]
    [InlineData(429, "", ProviderErrorKind.RateLimited)]
    [InlineData(429, "insufficient_quota", ProviderErrorKind.QuotaExhausted)]
    [InlineData(500, "", ProviderErrorKind.ServerError)]
    [InlineData(500, "context_length_exceeded", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData(502, "", ProviderErrorKind.ServerError)]
    [InlineData(503, "", ProviderErrorKind.Overloaded)]
    [InlineData(504, "", ProviderErrorKind.Timeout)]
    [InlineData(529, "", ProviderErrorKind.Overloaded)]
    public void Status_WithCode_HasOneMeaning(int status, string code, ProviderErrorKind kind)
    {
        using var response = new HttpResponseMessage();
        var body = System.Text.Encoding.UTF8.GetBytes(code.Length == 0 ? "" : $$$"""{"error":{"message":"SECRET","code":"{{{code}}}"}}""");

        var failure = new TestErrors().FromReply(status, body, response.Headers, new UpstreamRequest("x"), "id", DateTimeOffset.UnixEpoch);

        Assert.Equal((kind, status, "id"), (failure.Kind, failure.StatusCode, failure.UpstreamRequestId));
        Assert.DoesNotContain("SECRET", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", ProviderErrorKind.ServerError)]
    [InlineData("server_error", ProviderErrorKind.ServerError)]
    [InlineData("rate_limit_exceeded", ProviderErrorKind.RateLimited)]
    [InlineData("insufficient_quota", ProviderErrorKind.QuotaExhausted)]
    [InlineData("overloaded", ProviderErrorKind.Overloaded)]
    [InlineData("timeout", ProviderErrorKind.Timeout)]
    [InlineData("invalid_api_key", ProviderErrorKind.Credentials)]
    [InlineData("context_length_exceeded", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData("content_filter", ProviderErrorKind.ContentFilter)]
    [InlineData("model_not_found", ProviderErrorKind.ModelNotFound)]
    [InlineData("400", ProviderErrorKind.InvalidRequest)]
    public void ErrorInsideASuccess_HasOneMeaning(string code, ProviderErrorKind kind)
    {
        var failure = new TestErrors().FromInside(new WireError("SECRET", Param: "messages", Code: code), new UpstreamRequest("x"), "id");

        Assert.Equal((kind, 200, "id", "messages"), (failure.Kind, failure.StatusCode, failure.UpstreamRequestId, failure.Param));
        Assert.DoesNotContain("SECRET", failure.Message, StringComparison.Ordinal);
    }
}
