namespace Conductor.Wire.Gemini.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, "INVALID_ARGUMENT", "Invalid value at 'contents'", null, null, WireErrorCategory.InvalidRequest)]
    [InlineData(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID", null, WireErrorCategory.Credentials)]
    [InlineData(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", null, null, WireErrorCategory.Credentials)]
    [InlineData(400, "FAILED_PRECONDITION", "User location is not supported for the API use.", null, null, WireErrorCategory.Credentials)]
    [InlineData(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (5).", null, null, WireErrorCategory.ContextLength)]
    [InlineData(400, "INVALID_ARGUMENT", "Function calling is not enabled for models/x", null, null, WireErrorCategory.Unsupported)]
    [InlineData(400, "INVALID_ARGUMENT", "Function call is missing a thought_signature in functionCall parts.", null, null, WireErrorCategory.InvalidRequest)]
    [InlineData(401, "UNAUTHENTICATED", "no", null, null, WireErrorCategory.Credentials)]
    [InlineData(403, "PERMISSION_DENIED", "no", null, null, WireErrorCategory.Credentials)]
    [InlineData(404, "NOT_FOUND", "models/x is not found", null, null, WireErrorCategory.ModelNotFound)]
    [InlineData(409, "ABORTED", "x", null, null, WireErrorCategory.Server)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "quota", null, "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", WireErrorCategory.RateLimited)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "quota", null, "GenerateRequestsPerDayPerProjectPerModel-FreeTier", WireErrorCategory.QuotaExhausted)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "Quota exceeded for metric: x, limit: 0", null, null, WireErrorCategory.QuotaExhausted)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", null, null, WireErrorCategory.RateLimited)]
    [InlineData(499, "CANCELLED", "x", null, null, WireErrorCategory.Timeout)]
    [InlineData(500, "INTERNAL", "An internal error has occurred.", null, null, WireErrorCategory.Server)]
    [InlineData(500, "INTERNAL", "The input context is too long.", null, null, WireErrorCategory.ContextLength)]
    [InlineData(501, "UNIMPLEMENTED", "x", null, null, WireErrorCategory.Unsupported)]
    [InlineData(503, "UNAVAILABLE", "The model is overloaded.", null, null, WireErrorCategory.Overloaded)]
    [InlineData(504, "DEADLINE_EXCEEDED", "x", null, null, WireErrorCategory.Timeout)]
    public void Error_Row_IsClassified(int code, string status, string message, string? reason, string? quota, WireErrorCategory expected)
    {
        var body = Wire.Text(output => GeminiErrorWriter.Write(output, new GeminiError(code, message, status) { Reason = reason, Quotas = quota is null ? [] : [quota] }));

        var error = GeminiErrorReader.TryRead(Wire.Bytes(body))!;

        Assert.Equal((code, status, message, reason), (error.Code, error.Status, error.Message, error.Reason));
        Assert.Equal(expected, GeminiErrorClassifier.Classify(error));
        Assert.Equal(expected, GeminiErrorClassifier.Classify(error.ToWireError()));
        Assert.Equal(status, code is 400 or 409 or 499 ? status : GeminiError.StatusOf(code));
    }

    [Theory]
    [InlineData("46s", 46.0)]
    [InlineData("0.5s", 0.5)]
    [InlineData("7200s", 7200.0)]
    [InlineData("99999999s", 86400.0)]
    [InlineData("soon", null)]
    [InlineData("-3s", null)]
    public void Error_RetryDelay_IsSeconds(string text, double? seconds)
    {
        var error = GeminiErrorReader.TryRead(Wire.Bytes($$$"""[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"m","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{{text}}}"}]}}]"""))!;

        Assert.Equal(seconds, error.RetryDelay?.TotalSeconds);
    }

    [Fact]
    public void Error_Written_HasItsDetails()
    {
        var body = Wire.Json(output => GeminiErrorWriter.Write(
            output, new GeminiError(400, "bad") { Reason = "INVALID_TYPE", Field = "contents", RetryDelay = TimeSpan.FromMilliseconds(1500), Metadata = [new("request_id", "r")] }));

        Wire.Same("""
            {"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT","details":[
              {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"INVALID_TYPE","domain":"conductor","metadata":{"request_id":"r"}},
              {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents","description":"bad"}]},
              {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}}
            """, body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"candidates":[]}""")]
    [InlineData("""{"error":null}""")]
    public void Error_OfNoKnownShape_IsNone(string body) => Assert.Null(GeminiErrorReader.TryRead(Wire.Bytes(body)));

    [Fact]
    public void Error_BareText_IsItsMessage() => Assert.Equal("no", GeminiErrorReader.TryRead("""{"error":"no"}"""u8)!.Message);
}
