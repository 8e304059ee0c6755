using System.Text;

namespace Conductor.Wire.Responses.Tests;

public sealed class PeekTests
{
    [Fact]
    public void Peek_Members_AreFound()
    {
        var peek = ResponsesPeek.Read("""{"model":"m","stream":true,"provider":"p","temperature":0.5,"max_output_tokens":9,"input":[{"role":"user","content":"x"}],"unknown":{"model":1}}"""u8);

        Assert.Equal(("m", true, "p", 0.5, 9, true), (peek.Model, peek.IsStreaming, peek.Provider, peek.Temperature, peek.MaxTokens, peek.HasInput));
    }

    [Theory]
    [InlineData("""{"model":7}""", "model", WireRequestCodes.InvalidType)]
    [InlineData("""{"model":""}""", "model", WireRequestCodes.InvalidValue)]
    [InlineData("""{"model":"a","model":"b"}""", "model", WireRequestCodes.DuplicateMember)]
    [InlineData("""{"\u006dodel":"a","model":"b"}""", "model", WireRequestCodes.DuplicateMember)]
    [InlineData("""{"stream":"yes"}""", "stream", WireRequestCodes.InvalidType)]
    [InlineData("""{"temperature":9}""", "temperature", WireRequestCodes.InvalidValue)]
    [InlineData("""{"max_output_tokens":1.5}""", "max_output_tokens", WireRequestCodes.InvalidValue)]
    [InlineData("""{"input":{}}""", "input", WireRequestCodes.InvalidType)]
    [InlineData("""{"input":[]}""", "input", WireRequestCodes.InvalidValue)]
    [InlineData("""{"model":"a"} x""", null, WireRequestCodes.InvalidJson)]
    [InlineData("""["a"]""", null, WireRequestCodes.InvalidJson)]
    [InlineData("""{"a":"\ud800"}""", null, WireRequestCodes.InvalidJson)]
    public void Peek_WhatIsWrong_IsNamed(string body, string? param, string code)
    {
        var wrong = Assert.Throws<WireRequestException>(() => ResponsesPeek.Read(Bytes.Of(body)));

        Assert.Equal((param, code), (wrong.Param, wrong.Code));
    }

    [Theory]
    [InlineData("""{"model":"a","input":"x"}""", """{"model":"b/c","input":"x"}""")]
    [InlineData("""{ "input":"x" , "model" : "a" }""", """{ "input":"x" , "model" : "b/c" }""")]
    [InlineData("""{"provider":"p","model":"a","input":"x"}""", """{"model":"b/c","input":"x"}""")]
    [InlineData("""{"model":"a","input":"x", "provider":"p"}""", """{"model":"b/c","input":"x"}""")]
    [InlineData("""{"provider":"p"}""", """{"model":"b/c"}""")]
    [InlineData("""{}""", """{"model":"b/c"}""")]
    [InlineData("""{"input":"x","provider":"p"}""", """{"model":"b/c","input":"x"}""")]
    [InlineData("""{"model":null,"z":1}""", """{"model":"b/c","z":1}""")]
    public void Splice_ModelAndProvider_NothingElse(string body, string wanted)
    {
        var bytes = Bytes.Of(body);

        Assert.Equal(wanted, Encoding.UTF8.GetString(ResponsesSplice.Apply(bytes, ResponsesPeek.Read(bytes), "b/c").Span));
    }
}
