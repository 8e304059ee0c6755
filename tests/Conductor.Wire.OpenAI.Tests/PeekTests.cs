using System.Text;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class PeekTests
{
    [Theory]
    [InlineData("""{"max_tokens":900,"max_completion_tokens":5}""", 900)]
    [InlineData("""{"max_completion_tokens":900,"max_tokens":5}""", 900)]
    [InlineData("""{"max_tokens":null,"max_completion_tokens":5}""", 5)]
    [InlineData("""{"max_tokens":5}""", 5)]
    [InlineData("""{}""", null)]
    public void Read_TwoLimits_TheLargerCounts(string body, int? most) =>
        Assert.Equal(most, OpenAIPeek.Read(System.Text.Encoding.UTF8.GetBytes(body)).MaxTokens); // which of the two a server goes by is the server's

    [Fact]
    public void Peek_EveryMember_IsReadWithItsPlace()
    {
        var body = """{ "model" : "gpt", "messages":[{"role":"user","content":"model"}], "stream":true, "stream_options": {"include_usage":true,"x":1}, "temperature":0.5, "max_tokens":5, "max_completion_tokens":7, "provider" : "vllm", "n":2 }"""u8.ToArray();

        var peek = OpenAIPeek.Read(body);

        Assert.Equal("gpt", peek.Model);
        Assert.Equal("\"gpt\"", At(body, peek.ModelSpan));
        Assert.True(peek.IsStreaming);
        Assert.True(peek.WantsUsage);
        Assert.Equal("""{"include_usage":true,"x":1}""", At(body, peek.StreamOptionsSpan));
        Assert.Equal(0.5, peek.Temperature);
        Assert.Equal(7, peek.MaxTokens);
        Assert.Equal("vllm", peek.Provider);
        Assert.Equal("\"provider\" : \"vllm\"", At(body, peek.ProviderSpan));
        Assert.Equal(2, peek.Choices);
        Assert.True(peek.HasMessages);
    }

    [Fact]
    public void Peek_EscapedNamesAndNestedTwins_OnlyTheTopLevelMemberCounts()
    {
        var body = """{"\u006dodel":"a\"b","metadata":{"model":"other","model":"again"}}"""u8.ToArray();

        var peek = OpenAIPeek.Read(body);

        Assert.Equal("a\"b", peek.Model);
        Assert.Equal("\"a\\\"b\"", At(body, peek.ModelSpan));
    }

    [Theory]
    [InlineData("""{"model":"a","model":"b"}""", "model", "duplicate_parameter")]
    [InlineData("""{"model":"a","\u006dodel":"b"}""", "model", "duplicate_parameter")]
    [InlineData("""{"messages":[{}],"messages":[{}]}""", "messages", "duplicate_parameter")]
    [InlineData("""{"stream_options":{"include_usage":true,"include_usage":false}}""", "stream_options.include_usage", "duplicate_parameter")]
    [InlineData("""{"model":5}""", "model", "invalid_type")]
    [InlineData("""{"model":""}""", "model", "invalid_value")]
    [InlineData("""{"provider":{"order":[]}}""", "provider", "invalid_type")]
    [InlineData("""{"stream":"true"}""", "stream", "invalid_type")]
    [InlineData("""{"stream_options":[]}""", "stream_options", "invalid_type")]
    [InlineData("""{"stream_options":{"include_usage":1}}""", "stream_options.include_usage", "invalid_type")]
    [InlineData("""{"temperature":2.01}""", "temperature", "invalid_value")]
    [InlineData("""{"temperature":1e999}""", "temperature", "invalid_value")]
    [InlineData("""{"temperature":"hot"}""", "temperature", "invalid_type")]
    [InlineData("""{"top_p":-0.1}""", "top_p", "invalid_value")]
    [InlineData("""{"max_tokens":0}""", "max_tokens", "invalid_value")]
    [InlineData("""{"max_tokens":1.5}""", "max_tokens", "invalid_value")]
    [InlineData("""{"max_completion_tokens":99999999999}""", "max_completion_tokens", "invalid_value")]
    [InlineData("""{"n":-1}""", "n", "invalid_value")]
    [InlineData("""{"n":129}""", "n", "invalid_value")]
    [InlineData("""{"stop":["a","b","c","d","e"]}""", "stop", "invalid_value")]
    [InlineData("""{"stop":[1]}""", "stop", "invalid_type")]
    [InlineData("""{"presence_penalty":3}""", "presence_penalty", "invalid_value")]
    [InlineData("""{"messages":[]}""", "messages", "invalid_value")]
    [InlineData("""{"messages":{}}""", "messages", "invalid_type")]
    [InlineData("""{"messages":["hi"]}""", "messages", "invalid_type")]
    [InlineData("""{"input":""}""", "input", "invalid_value")]
    [InlineData("""{"input":[]}""", "input", "invalid_value")]
    [InlineData("""{"input":{}}""", "input", "invalid_type")]
    [InlineData("""{"top_logprobs":21}""", "top_logprobs", "invalid_value")]
    [InlineData("""{"tools":{}}""", "tools", "invalid_type")]
    [InlineData("""{"metadata":[]}""", "metadata", "invalid_type")]
    [InlineData("""{"dimensions":0}""", "dimensions", "invalid_value")]
    public void Peek_WrongMember_ThrowsWithItsName(string body, string param, string code)
    {
        var failure = Assert.Throws<WireRequestException>(() => OpenAIPeek.Read(Encoding.UTF8.GetBytes(body)));

        Assert.Equal(param, failure.Param);
        Assert.Equal(code, failure.Code);
        Assert.Contains(param, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("{}{}")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\udc00\ud800"}""")]
    [InlineData("""{"a":["\\\ud83dx"]}""")]
    [InlineData("{/* no */}")]
    public void Peek_NotAJsonObject_ThrowsInvalidJson(string body)
    {
        var failure = Assert.Throws<WireRequestException>(() => OpenAIPeek.Read(Encoding.UTF8.GetBytes(body)));

        Assert.Equal("invalid_json", failure.Code);
        Assert.Null(failure.Param);
    }

    [Fact]
    public void Peek_InvalidUtf8_ThrowsInvalidJson()
    {
        byte[] body = [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        var failure = Assert.Throws<WireRequestException>(() => OpenAIPeek.Read(body));

        Assert.Equal("invalid_json", failure.Code);
    }

    [Fact]
    public void Peek_DepthAbove64_ThrowsInvalidJson()
    {
        var body = "{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}";

        Assert.Equal("invalid_json", Assert.Throws<WireRequestException>(() => OpenAIPeek.Read(Encoding.UTF8.GetBytes(body))).Code);
    }

    [Fact]
    public void Peek_FiveThousandDigits_ThrowsForAKnownMemberAndPassesInAnUnknownOne()
    {
        var digits = new string('9', 5000);

        Assert.Equal("seed", Assert.Throws<WireRequestException>(() => OpenAIPeek.Read(Encoding.UTF8.GetBytes($$"""{"seed":{{digits}}}"""))).Param);
        Assert.Null(OpenAIPeek.Read(Encoding.UTF8.GetBytes($$"""{"other":{{digits}}}""")).Model);
    }

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"a":"\\ud800"}""")]
    [InlineData("""{"model":null,"temperature":null,"stop":null,"stream_options":null,"stream":null}""")]
    [InlineData("""{"messages":[{"role":"user","content":[[],{}]}],"unknown":{"x":[1,2]}}""")]
    public void Peek_OddButRightBodies_Pass(string body) => Assert.Null(OpenAIPeek.Read(Encoding.UTF8.GetBytes(body)).Model);

    private static string At(byte[] body, (int Start, int Length) span) => Encoding.UTF8.GetString(body, span.Start, span.Length);
}
