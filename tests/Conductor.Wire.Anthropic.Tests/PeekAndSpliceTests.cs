using System.Text;
using System.Text.Json.Nodes;

namespace Conductor.Wire.Anthropic.Tests;

public sealed class PeekAndSpliceTests
{
    [Fact]
    public void Peek_Body_TellsWhatRoutingNeeds()
    {
        const string body = """{"max_tokens":7, "provider":"anthropic" ,"\u006dodel" : "a\/b","stream":true,"temperature":0.5,"new":{"model":"x"},"messages":[{}]}""";

        var peek = AnthropicPeek.Read(Bytes.Of(body));

        Assert.Equal(("a/b", true, "anthropic", 0.5, 7, true), (peek.Model, peek.IsStreaming, peek.Provider, peek.Temperature, peek.MaxTokens, peek.HasMessages));
        Assert.Equal("\"a\\/b\"", body.Substring(peek.ModelSpan.Start, peek.ModelSpan.Length));
        Assert.Equal("\"provider\":\"anthropic\"", body.Substring(peek.ProviderSpan.Start, peek.ProviderSpan.Length));
    }

    [Theory]
    [InlineData("", null, "invalid_json")]
    [InlineData("7", null, "invalid_json")]
    [InlineData("{} x", null, "invalid_json")]
    [InlineData("""{"a":"\udc00"}""", null, "invalid_json")]
    [InlineData("""{"model":"a","model":"b"}""", "model", "duplicate_parameter")]
    [InlineData("""{"model":""}""", "model", "invalid_value")]
    [InlineData("""{"model":7}""", "model", "invalid_type")]
    [InlineData("""{"stream":1}""", "stream", "invalid_type")]
    [InlineData("""{"max_tokens":0}""", "max_tokens", "invalid_value")]
    [InlineData("""{"max_tokens":1.5}""", "max_tokens", "invalid_value")]
    [InlineData("""{"max_tokens":"1"}""", "max_tokens", "invalid_type")]
    [InlineData("""{"temperature":2}""", "temperature", "invalid_value")]
    [InlineData("""{"top_p":-1}""", "top_p", "invalid_value")]
    [InlineData("""{"top_k":-1}""", "top_k", "invalid_value")]
    [InlineData("""{"messages":{}}""", "messages", "invalid_type")]
    [InlineData("""{"messages":[]}""", "messages", "invalid_value")]
    [InlineData("""{"messages":["hi"]}""", "messages", "invalid_type")]
    [InlineData("""{"system":{}}""", "system", "invalid_type")]
    [InlineData("""{"tools":{}}""", "tools", "invalid_type")]
    [InlineData("""{"stop_sequences":"x"}""", "stop_sequences", "invalid_type")]
    [InlineData("""{"metadata":[]}""", "metadata", "invalid_type")]
    [InlineData("""{"thinking":true}""", "thinking", "invalid_type")]
    [InlineData("""{"output_config":"x"}""", "output_config", "invalid_type")]
    [InlineData("""{"tool_choice":"auto"}""", "tool_choice", "invalid_type")]
    [InlineData("""{"service_tier":7}""", "service_tier", "invalid_type")]
    public void Peek_Wrong_NamesTheMember(string body, string? param, string code)
    {
        var wrong = Assert.Throws<WireRequestException>(() => AnthropicPeek.Read(Bytes.Of(body)));

        Assert.Equal((param, code), (wrong.Param, wrong.Code));
    }

    [Theory]
    [InlineData("""{"model":"a","x":1e2}""", """{"model":"n/\"1","x":1e2}""")]
    [InlineData("""{ "x":[ 1 , 2 ], "model" : "a" }""", """{ "x":[ 1 , 2 ], "model" : "n/\"1" }""")]
    [InlineData("""{"provider":"p","model":"a"}""", """{"model":"n/\"1"}""")]
    [InlineData("""{"model":"a" , "provider":"p"}""", """{"model":"n/\"1" }""")]
    [InlineData("""{"model":"a", "provider":"p", "x":1}""", """{"model":"n/\"1",  "x":1}""")]
    [InlineData("""{"x":1}""", """{"model":"n/\"1","x":1}""")]
    [InlineData("""{}""", """{"model":"n/\"1"}""")]
    [InlineData("""{ "provider":null }""", """{"model":"n/\"1"  }""")]
    [InlineData("""{"provider":"p","x":1}""", """{"model":"n/\"1","x":1}""")]
    [InlineData("""{"x":1,"provider":"p"}""", """{"model":"n/\"1","x":1}""")]
    [InlineData("""{"model":null,"x":"ü"}""", """{"model":"n/\"1","x":"ü"}""")]
    public void Splice_Body_KeepsEveryOtherByte(string body, string expected)
    {
        var bytes = Bytes.Of(body);
        var peek = AnthropicPeek.Read(bytes);

        var spliced = Encoding.UTF8.GetString(AnthropicSplice.Apply(bytes, peek.ModelSpan, peek.ProviderSpan, "n/\"1").Span);

        Assert.Equal(expected, spliced);
        Assert.NotNull(JsonNode.Parse(spliced));
    }
}
