using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Http;

/// <summary>What no client library would send, on a raw socket. None of it may be a 500, and the server goes on.</summary>
public class MalformedInputTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private static readonly string[] Paths = ["/v1/chat/completions", "/v1/embeddings", "/v1/operations/sentiment_analysis"];

    private Uri Address => shared.Gateway.Address;

    public static TheoryData<string, byte[]> Bodies()
    {
        var data = new TheoryData<string, byte[]>
        {
            { "empty", [] },
            { "null", "null"u8.ToArray() },
            { "array", "[1,2]"u8.ToArray() },
            { "text", "\"x\""u8.ToArray() },
            { "trailing text", """{"model":"fake/m","messages":[{"role":"user","content":"x"}],"input":"x","text":"x"} trailing"""u8.ToArray() },
            { "two documents", """{"text":"x"}{"text":"y"}"""u8.ToArray() },
            { "invalid UTF-8", [.. """{"model":"fake/m","input":"x","text":"x","messages":[{"role":"user","content":" """u8, 0xff, 0xfe, .. "\"}]}"u8] },
            { "overlong UTF-8", [.. """{"text":" """u8, 0xc0, 0xaf, .. "\",\"model\":\"fake/m\",\"input\":\"x\"}"u8] },
            { "UTF-16", Encoding.Unicode.GetBytes("""{"text":"x"}""") },
            { "BOM and nothing", [0xef, 0xbb, 0xbf] },
            { "NaN", """{"model":"fake/m","text":"x","input":"x","temperature":NaN,"messages":[]}"""u8.ToArray() },
            { "depth 100000", Encoding.ASCII.GetBytes("{\"model\":\"fake/m\",\"text\":\"x\",\"messages\":" + new string('[', 100_000) + new string(']', 100_000) + "}") },
            { "depth 65", Encoding.ASCII.GetBytes("{\"context\":" + new string('[', 65) + new string(']', 65) + "}") },
            { "unterminated", """{"text":"x"""u8.ToArray() },
            { "NUL", [0] },
        };
        return data;
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task BadBody_400InOneShape(string what, byte[] body)
    {
        foreach (var path in Paths)
        {
            var response = await RawHttp.PostAsync(Address, path, body);

            Assert.True(response.Status == 400, $"{what} at {path}: {response.Status} {response.Body}");
            Assert.Equal(1, response.StatusLines);
            Assert.Equal("invalid_request_error", JsonDocument.Parse(response.Body).RootElement.GetProperty("error").GetProperty("type").GetString());
            Assert.DoesNotContain("   at ", response.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"\ud800","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","model":"fake/n","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":1,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","stream":"yes","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("/v1/embeddings", """{"model":{},"input":"x"}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"\ud800"}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"x","context":{"a":["\ud800"]}}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"x","parameters":{"\udc00":1}}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"x","text":"y"}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"x","temperature":1e999}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"x","max_tokens":123456789012345678901234567890}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":"x","parameters":[]}""")]
    [InlineData("/v1/operations/sentiment_analysis", """{"text":["x"]}""")]
    public async Task BadMember_400(string path, string body)
    {
        var response = await RawHttp.PostAsync(Address, path, Encoding.UTF8.GetBytes(body));

        Assert.True(response.Status == 400, $"{response.Status} {response.Body}");
        Assert.NotEmpty(JsonDocument.Parse(response.Body).RootElement.GetProperty("error").GetProperty("code").GetString()!);
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{}\r\n0\r\n\r\n")]
    public async Task BadChunk_400(string chunks)
    {
        var response = await RawHttp.SendAsync(
            Address, $"POST /v1/chat/completions HTTP/1.1\r\nhost: {Address.Authority}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");

        Assert.Equal(400, response.Status);
        Assert.Equal("invalid_request_error", JsonDocument.Parse(response.Body).RootElement.GetProperty("error").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("a\u00c0\u0080")]
    [InlineData("a\u0000")]
    [InlineData("\u00ff\u00fe")]
    public async Task BadTrailer_400(string value)
    {
        var response = await RawHttp.SendAsync(
            Address, $"POST /v1/chat/completions HTTP/1.1\r\nhost: {Address.Authority}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\nx-trailer: {value}\r\n\r\n");

        Assert.Equal(400, response.Status);
    }

    [Theory]
    [InlineData("""{"model":"fake/m","input":["a","\ud800"]}""")]
    [InlineData("""{"model":"fake/m","input":"\udc00"}""")]
    [InlineData("""{"model":"fake/m","in\ude00put":"a"}""")]
    [InlineData("""{"model":"\ud800","text":"a"}""")]
    [InlineData("{\"model\":\"fake/m\",\"input\":[\"a\",\"\u00ff\"]}")]
    [InlineData("{\"model\":\"fake/m\",\"text\":\"\u00c0\u0080\"}")]
    public async Task BadText_OfAnEstimate_400(string body)
    {
        var response = await RawHttp.PostAsync(Address, "/v1/estimate", Encoding.Latin1.GetBytes(body));

        Assert.True(response.Status == 400, $"{response.Status} {response.Body}");
    }

    [Theory]
    [InlineData("content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\n")]
    [InlineData("content-length: 5\r\ncontent-length: 6\r\n\r\n{}   ")]
    [InlineData("content-length: -5\r\n\r\n{}")]
    [InlineData("content-length: 99999999999999999999\r\n\r\n{}")]
    [InlineData("transfer-encoding: gzip, chunked, identity\r\n\r\n0\r\n\r\n")]
    public async Task Smuggling_OneAnswerNotTwo(string rest)
    {
        var response = await RawHttp.SendAsync(Address, $"POST /v1/chat/completions HTTP/1.1\r\nhost: {Address.Authority}\r\ncontent-type: application/json\r\n{rest}");

        Assert.InRange(response.Status, 400, 499);
        Assert.Equal(1, response.StatusLines);
    }

    [Theory]
    [InlineData("GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nx-bad: a\u0000b\r\n\r\n")]
    [InlineData("GET /v1/models HTTP/1.1\r\n\r\n")]
    [InlineData("GET  /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")]
    [InlineData("GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil\r\n\r\n")]
    [InlineData("NONSENSE\r\n\r\n")]
    public async Task BadHead_400(string request) => Assert.Equal(400, (await RawHttp.SendAsync(Address, request)).Status);

    [Fact]
    public async Task BodyThatStopsHalfway_NoAnswerAndServerGoesOn()
    {
        using (var client = new System.Net.Sockets.TcpClient())
        {
            await client.ConnectAsync(Address.Host, Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nhost: {Address.Authority}\r\ncontent-length: 100\r\n\r\n{{\"mod"));
        }

        using var response = await shared.Gateway.Client.GetAsync("/health");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task ManyKeys_AnsweredInTime()
    {
        var body = "{" + string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"\"k{i}\":{i}")) + "}";

        var response = await RawHttp.PostAsync(Address, "/v1/operations/sentiment_analysis", Encoding.ASCII.GetBytes(body));

        Assert.Equal(400, response.Status);
    }
}
