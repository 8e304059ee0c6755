using System.Text.Json.Nodes;

namespace Conductor.Wire.Anthropic.Tests;

public sealed class ErrorAndModelTests
{
    [Theory]
    [InlineData("invalid_request_error", "messages: at least one message is required", null, WireErrorCategory.InvalidRequest)]
    [InlineData("invalid_request_error", "prompt is too long: 212345 tokens > 200000 maximum", null, WireErrorCategory.ContextLength)]
    [InlineData("invalid_request_error", "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000", null, WireErrorCategory.ContextLength)]
    [InlineData("invalid_request_error", "Your credit balance is too low to access the API", null, WireErrorCategory.QuotaExhausted)]
    [InlineData("invalid_request_error", "Output blocked by content filtering policy", null, WireErrorCategory.ContentFilter)]
    [InlineData("authentication_error", "invalid x-api-key", null, WireErrorCategory.Credentials)]
    [InlineData("billing_error", "m", null, WireErrorCategory.QuotaExhausted)]
    [InlineData("permission_error", "m", null, WireErrorCategory.Credentials)]
    [InlineData("not_found_error", "model: claude-9", null, WireErrorCategory.ModelNotFound)]
    [InlineData("request_too_large", "m", null, WireErrorCategory.ContextLength)]
    [InlineData("rate_limit_error", "m", null, WireErrorCategory.RateLimited)]
    [InlineData("rate_limit_error", "prompt is too long for your rate limit", null, WireErrorCategory.RateLimited)]
    [InlineData("rate_limit_error", "m", "enforced_spend_limit_reached", WireErrorCategory.QuotaExhausted)]
    [InlineData("rate_limit_error", "m", "contract_spend_limit_reached", WireErrorCategory.QuotaExhausted)]
    [InlineData("api_error", "m", null, WireErrorCategory.Server)]
    [InlineData("timeout_error", "m", null, WireErrorCategory.Timeout)]
    [InlineData("overloaded_error", "m", null, WireErrorCategory.Overloaded)]
    [InlineData("something_new", "m", null, WireErrorCategory.Unknown)]
    public void Classify_Error_TellsWhatItIsAbout(string type, string message, string? code, WireErrorCategory category)
    {
        var written = Bytes.Text(output => AnthropicErrorWriter.Write(output, new WireError(message, type, Param: null, code), "req_1"));

        var error = AnthropicErrorReader.TryRead(Bytes.Of(written))!;

        Assert.Equal(new WireError(message, type, null, code), error);
        Assert.Equal(category, AnthropicErrorClassifier.Classify(error));
    }

    [Fact]
    public void Write_Error_HasTheDialectsShape()
    {
        var text = Bytes.Text(output => AnthropicErrorWriter.WriteEvent(output, new WireError("m", "overloaded_error", "max_tokens", "queue_full"), "req_1"));

        Assert.Equal(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\",\"details\":{\"error_code\":\"queue_full\",\"param\":\"max_tokens\"}},\"request_id\":\"req_1\"}\n\n", text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("""{"error":null}""")]
    [InlineData("""{"error":{"message":"\ud800"}}""")]
    public void TryRead_NoError_IsNull(string body) => Assert.Null(AnthropicErrorReader.TryRead(Bytes.Of(body)));

    [Fact]
    public void Models_Page_IsReadWithWhatItSaysOfThem()
    {
        var page = AnthropicModelsReader.Read("""
            {"data":[{"type":"model","id":"a","display_name":"A","created_at":"2026-01-02T03:04:05Z","max_input_tokens":200000,"max_tokens":64000,"lifecycle":"active",
              "capabilities":{"image_input":{"supported":true},"structured_outputs":{"supported":false},"thinking":{"supported":true,"types":{}},"effort":{"supported":true}}},
             {"id":"b","lifecycle":"retired","capabilities":null},{"id":"a"},{"no":"id"}],"has_more":true,"first_id":"a","last_id":"b"}
            """u8);

        Assert.Equal((true, "b", 2), (page.HasMore, page.LastId, page.Models.Count));
        Assert.Equal(
            new AnthropicModel("a")
            {
                DisplayName = "A", CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), MaxInputTokens = 200_000, MaxTokens = 64_000, TakesImages = true,
                HasStructuredOutputs = false, HasThinking = true, HasEffort = true,
            },
            page.Models[0]);
        Assert.Equal(new AnthropicModel("b") { IsRetired = true }, page.Models[1]);
    }

    [Fact]
    public void Models_Written_AreReadTheSame()
    {
        var page = new AnthropicModelPage([new AnthropicModel("x/ü") { DisplayName = "x/ü", CreatedAt = DateTimeOffset.UnixEpoch, MaxTokens = 5 }], false, "x/ü");

        var text = Bytes.Text(output => AnthropicModelsWriter.WritePage(output, page));

        Assert.Equal(page.Models, AnthropicModelsReader.Read(Bytes.Of(text)).Models);
        Assert.Equal(["data", "has_more", "first_id", "last_id"], JsonNode.Parse(text)!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public void Models_NoList_IsAFault() => Assert.Equal(WireResponseFault.Empty, Assert.Throws<WireResponseException>(() => AnthropicModelsReader.Read("{}"u8)).Fault);

    [Fact]
    public void TokenCount_BothWays()
    {
        Assert.Equal(14, AnthropicTokenCount.Read(Bytes.Of(Bytes.Text(output => AnthropicTokenCount.Write(output, 14)))));
        Assert.Throws<WireResponseException>(() => AnthropicTokenCount.Read("""{"input_tokens":-1}"""u8));
    }
}
