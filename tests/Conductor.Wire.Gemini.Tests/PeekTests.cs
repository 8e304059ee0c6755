using System.Text;

namespace Conductor.Wire.Gemini.Tests;

public sealed class PeekTests
{
    [Fact]
    public void Peek_ReadsWhatRoutingNeeds_InEitherSpelling()
    {
        foreach (var body in (string[])
        [
            """{"contents":[{"parts":[]}],"generationConfig":{"temperature":0,"maxOutputTokens":7,"candidateCount":2}}""",
            """{"contents":[{"parts":[]}],"generation_config":{"temperature":0,"max_output_tokens":"7","candidate_count":2}}""",
        ])
        {
            var peek = GeminiPeek.Read(Wire.Bytes(body));

            Assert.Equal((0d, 7, 2, true, false), (peek.Temperature, peek.MaxTokens, peek.Candidates, peek.HasContents, peek.HasInput));
            Assert.Empty(peek.ModelSpans);
        }

        Assert.True(GeminiPeek.Read("""{"contents":[{}],"generation_config":{"thinking_config":{"include_thoughts":true}}}"""u8).ShowsThoughts);
        Assert.False(GeminiPeek.Read("""{"contents":[{}],"generationConfig":{"thinkingConfig":{"includeThoughts":false}}}"""u8).ShowsThoughts);
    }

    [Theory]
    [InlineData("""{"model":"models/a","contents":[{}]}""", """{"model":"models/b/c","contents":[{}]}""")]
    [InlineData("""{"requests":[ {"model" : "a","content":{"parts":[{"text":"model"}]}},{"content":{},"model":"models/a"}]}""", """{"requests":[ {"model" : "models/b/c","content":{"parts":[{"text":"model"}]}},{"content":{},"model":"models/b/c"}]}""")]
    [InlineData("""{"generateContentRequest":{"model":"models/a","contents":[{"model":"kept"}]}}""", """{"generateContentRequest":{"model":"models/b/c","contents":[{"model":"kept"}]}}""")]
    [InlineData("""{"contents":[{"x":1}],"unknown":{"model":"kept"}}""", """{"contents":[{"x":1}],"unknown":{"model":"kept"}}""")]
    public void Splice_ReplacesTheModelAndNothingElse(string body, string expected)
    {
        var bytes = Wire.Bytes(body);

        Assert.Equal(expected, Encoding.UTF8.GetString(GeminiSplice.Apply(bytes, GeminiPeek.Read(bytes), "b/c").Span));
    }

    [Theory]
    [InlineData("", null, "invalid_json")]
    [InlineData("[]", null, "invalid_json")]
    [InlineData("""{"contents":[{}]} x""", null, "invalid_json")]
    [InlineData("""{"contents":[]}""", "contents", "invalid_value")]
    [InlineData("""{"contents":["x"]}""", "contents", "invalid_type")]
    [InlineData("""{"contents":[{}],"contents":[{}]}""", "contents", "duplicate_parameter")]
    [InlineData("""{"contents":[{}],"generationConfig":{},"generation_config":{}}""", "generationConfig", "duplicate_parameter")]
    [InlineData("""{"contents":[{}],"generationConfig":[]}""", "generationConfig", "invalid_type")]
    [InlineData("""{"contents":[{}],"generationConfig":{"temperature":"hot"}}""", "generationConfig.temperature", "invalid_value")]
    [InlineData("""{"contents":[{}],"generationConfig":{"maxOutputTokens":-1}}""", "generationConfig.maxOutputTokens", "invalid_value")]
    [InlineData("""{"contents":[{}],"generationConfig":{"candidateCount":true}}""", "generationConfig.candidateCount", "invalid_type")]
    [InlineData("""{"contents":[{}],"tools":{}}""", "tools", "invalid_type")]
    [InlineData("""{"model":1,"contents":[{}]}""", "model", "invalid_type")]
    [InlineData("""{"requests":[]}""", "requests", "invalid_value")]
    [InlineData("""{"requests":[1]}""", "requests", "invalid_type")]
    public void Peek_Wrong_NamesTheMember(string body, string? param, string code)
    {
        var failure = Assert.Throws<WireRequestException>(() => GeminiPeek.Read(Wire.Bytes(body)));

        Assert.Equal((param, code), (failure.Param, failure.Code));
    }
}
