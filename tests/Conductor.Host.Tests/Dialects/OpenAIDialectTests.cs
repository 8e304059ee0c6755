using System.Text;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Providers;

namespace Conductor.Host.Tests.Dialects;

public sealed class OpenAIDialectTests
{
    private static readonly OpenAIDialect Dialect = new();

    [Fact]
    public void Peek_Body_IsEverythingThatRoutingNeeds()
    {
        var body = """{"model":"m","provider":"p","stream":true,"stream_options":{"include_usage":true},"temperature":1,"max_tokens":9,"messages":[{}]}"""u8.ToArray();

        var peek = Dialect.Peek(body);

        Assert.Equal(("m", "p", true, true, 1d, 9), (peek.Model, peek.Provider, peek.IsStreaming, peek.WantsUsage, peek.Temperature, peek.MaxTokens));
        Assert.Equal("""{"model":"n","stream":true,"stream_options":{"include_usage":true},"temperature":1,"max_tokens":9,"messages":[{}]}""", Text(Dialect.Splice(body, peek, "n")));
    }

    [Theory]
    [InlineData("{}", RawEndpoint.Chat, "messages")]
    [InlineData("""{"messages":[{}]}""", RawEndpoint.Embeddings, "input")]
    [InlineData("""{"messages":[{}],"temperature":7}""", RawEndpoint.Chat, "temperature")]
    [InlineData("[]", RawEndpoint.Chat, null)]
    public void Peek_WrongBody_IsAnInvalidRequest(string body, RawEndpoint endpoint, string? param)
    {
        var failure = Assert.Throws<InvalidRequestException>(() => Dialect.Peek(Encoding.UTF8.GetBytes(body), endpoint));

        Assert.Equal(param, failure.Param);
        Assert.Equal(400, failure.Status);
    }

    [Fact]
    public void Parse_WrongBody_IsAnInvalidRequest()
    {
        Assert.Equal("messages[0].role", Assert.Throws<InvalidRequestException>(() => Dialect.ParseChat("""{"messages":[{"role":"x"}]}"""u8.ToArray())).Param);
        Assert.Equal("input", Assert.Throws<InvalidRequestException>(() => Dialect.ParseEmbeddings("{}"u8.ToArray())).Param);
    }

    [Fact]
    public void ParseEmbeddings_TokenIds_HaveNoTexts() => Assert.Null(Dialect.ParseEmbeddings("""{"input":[[1,2],[3]]}"""u8.ToArray()).Inputs);

    [Fact]
    public void ScanResponse_Answer_GivesItsUsage()
    {
        var usage = Dialect.ScanResponse("""{"choices":[{"message":{}}],"usage":{"prompt_tokens":-4,"completion_tokens":3}}"""u8, RawEndpoint.Chat)!;

        Assert.Equal((0L, 3L, true), (usage.InputTokens, usage.OutputTokens, usage.IsSuspect));
        Assert.Null(Dialect.ScanResponse("""{"data":[{"embedding":[1]}]}"""u8, RawEndpoint.Embeddings));
    }

    [Theory]
    [InlineData("""{"choices":[]}""", ProviderErrorKind.InvalidResponse)]
    [InlineData("<html>", ProviderErrorKind.InvalidResponse)]
    [InlineData("""{"error":{"message":"secret text","code":"rate_limit_exceeded"}}""", ProviderErrorKind.RateLimited)]
    [InlineData("""{"error":{"message":"secret text: maximum context length","code":400}}""", ProviderErrorKind.ContextLengthExceeded)]
    [InlineData("""{"error":{"message":"secret text"}}""", ProviderErrorKind.ServerError)]
    public async Task Failure_InA200_IsTheSameKindWholeOrStreamed(string body, ProviderErrorKind kind)
    {
        var whole = Assert.Throws<ProviderException>(() => Dialect.ScanResponse(Encoding.UTF8.GetBytes(body), RawEndpoint.Chat));

        Assert.Equal(kind, whole.Kind);
        Assert.DoesNotContain("secret", whole.ToString(), StringComparison.Ordinal);
        if (kind != ProviderErrorKind.InvalidResponse)
        {
            await using var stream = Open($"data: {body}\n\n");
            var streamed = await Assert.ThrowsAsync<ProviderException>(async () => await stream.ReadAsync(CancellationToken.None));
            Assert.Equal(kind, streamed.Kind);
            Assert.DoesNotContain("secret", streamed.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n", "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n")]
    [InlineData("id: 7\r\ndata: {\"choices\":[]}\r\n\r\n", "id: 7\r\ndata: {\"choices\":[]}\r\n\r\n")]
    [InlineData("data: {\"choices\":[]}", "data: {\"choices\":[]}\n\n")]
    [InlineData("data: {\"choices\":\ndata: []}\n", "data: {\"choices\":\ndata: []}\n\n")]
    [InlineData("data: {\"choices\":[]}\r\r", "data: {\"choices\":[]}\n\n")]
    public async Task Stream_Event_GoesOnAsItCameOrMended(string bytes, string expected)
    {
        await using var stream = Open(bytes);

        Assert.True(await stream.ReadAsync(CancellationToken.None));

        Assert.Equal(expected, Text(stream.Raw));
        Assert.False(stream.Event.IsInvalid);
        Assert.False(await stream.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Stream_EventAboveTheCap_IsAnInvalidResponse()
    {
        await using var stream = Open("data: " + new string('x', 500) + "\n\n", maxEventBytes: 100);

        var failure = await Assert.ThrowsAsync<ProviderException>(async () => await stream.ReadAsync(CancellationToken.None));

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
    }

    private static IDialectStream Open(string bytes, int maxEventBytes = 1024) => Dialect.OpenStream(new MemoryStream(Encoding.UTF8.GetBytes(bytes)), maxEventBytes);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
