using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Faults;

/// <summary>Clients that are slow, lie, or try to break in, on raw sockets: each gets one answer or none, and others are served meanwhile.</summary>
public sealed class BadClientTests(BadClientTests.Gateways shared) : IClassFixture<BadClientTests.Gateways>
{
    private const string Impatient = "server: { header_timeout: 2s, stall_timeout: 2s }\nlimits: { max_body: 1MiB }";
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private Uri Address => shared.Gateway.Address;

    private int Forwarded => shared.Upstream.Requests.Count(request => request.Method == "POST");

    [Fact]
    public async Task Headers_ThatNeverEnd_AreCutAndOthersServed()
    {
        using var slow = await ConnectAsync();
        await slow.SendAsync("GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-a: "u8.ToArray());

        using var other = await shared.Gateway.Client.GetAsync("/health");
        var (text, isClosed) = await ReadAsync(slow, async () => await slow.SendAsync("a"u8.ToArray()));

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.True(isClosed);
        Assert.True(text.Length == 0 || text.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), text);
    }

    [Fact]
    public async Task Body_ThatDrips_408InTheUsualShape()
    {
        var before = Forwarded;
        using var slow = await ConnectAsync();
        await slow.SendAsync(Encoding.ASCII.GetBytes("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"));

        var (text, isClosed) = await ReadAsync(slow, async () => await slow.SendAsync(" "u8.ToArray()));

        Assert.True(isClosed);
        Assert.StartsWith("HTTP/1.1 408 ", text, StringComparison.Ordinal);
        Assert.Contains("request_timeout", text, StringComparison.Ordinal);
        Assert.Equal(before, Forwarded);
    }

    [Fact]
    public async Task Body_ThatComesFastAndThenNoMore_408()
    {
        // By the average since its beginning it would be fast enough for minutes.
        using var slow = await ConnectAsync();
        await slow.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n{{{new string(' ', 150_000)}"));

        var (text, isClosed) = await ReadAsync(slow);

        Assert.True(isClosed);
        Assert.StartsWith("HTTP/1.1 408 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ThatNobodyTakes_IsGivenUp()
    {
        // Larger than what the system holds for a client that reads nothing.
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Text(new string('x', 8 * 1024 * 1024)));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, Impatient);
        using var reader = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await reader.ConnectAsync(IPAddress.Loopback, gateway.Address.Port);
        await reader.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {Chat.Length}\r\n\r\n{Chat}"));

        await WaitAsync(async () => (await gateway.GetJsonAsync("/v1/status")).GetProperty("system") is var system
            && system.GetProperty("total_requests").GetInt32() == 1 && system.GetProperty("requests_in_flight").GetInt32() == 1);

        using var other = await gateway.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task IdleSockets_Many_OthersAreServed()
    {
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 400; i++)
            {
                idle.Add(await ConnectAsync());
                if (i % 2 == 0)
                {
                    await idle[^1].SendAsync("POST /v1/chat/completions HTTP/1.1\r\nhost: loc"u8.ToArray());
                }
            }

            for (var i = 0; i < 20; i++)
            {
                using var response = await shared.Gateway.PostAsync("/v1/chat/completions", Chat);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData("content-length: 4\r\n\r\n{\"a\":1}GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    [InlineData("content-length: +5\r\n\r\n{}   ")]
    [InlineData("content-length: 5, 5\r\n\r\n{}   ")]
    [InlineData("content-length: 0x5\r\n\r\n{}   ")]
    [InlineData("content-length: 5\r\ncontent-length: 5\r\n\r\n{}   ")]
    [InlineData("content-length : 5\r\n\r\n{}   ")]
    [InlineData("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n")]
    [InlineData("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("transfer-encoding: chunked\r\n\r\n5;x=\r\n{}   \r\n0\r\nhost: evil\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    [InlineData("transfer-encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n")]
    [InlineData("transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")]
    [InlineData("transfer-encoding: chunked\r\n\r\n80000000\r\n{}\r\n0\r\n\r\n")]
    [InlineData("transfer-encoding: chunked\r\n\r\n7fffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    [InlineData("x: a\r\n b\r\ncontent-length: 2\r\n\r\n{}")]
    public async Task Framing_ThatLies_NeverA500NorAForwardedRequest(string rest)
    {
        var before = Forwarded;

        var text = await SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nhost: {Address.Authority}\r\ncontent-type: application/json\r\n{rest}");

        Assert.StartsWith("HTTP/1.1 4", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"object\":\"list\"", text.Split("HTTP/1.1 ")[1], StringComparison.Ordinal);
        Assert.Equal(before, Forwarded);
    }

    [Theory]
    [InlineData("content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    [InlineData("content-length: 5\r\ncontent-length: 50\r\n\r\n{}   GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    [InlineData("transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    [InlineData("transfer-encoding:\u000bchunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    [InlineData("transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n")]
    public async Task Smuggling_SecondRequestBehindAnAmbiguousOne_OneAnswerAndTheEnd(string rest)
    {
        var text = await SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nhost: {Address.Authority}\r\ncontent-type: application/json\r\n{rest}");

        Assert.Equal(1, text.Split("HTTP/1.1 ").Length - 1);
        Assert.StartsWith("HTTP/1.1 4", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_AboveTheLimit_413WithAndWithoutItsLength()
    {
        var before = Forwarded;
        var large = new byte[(1024 * 1024) + 1];
        large.AsSpan().Fill((byte)' ');
        using var lying = await ConnectAsync();
        await lying.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9999999999\r\n\r\n"u8.ToArray());

        var told = (await ReadAsync(lying)).Text;
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(large) };
        chunked.Content.Headers.ContentType = new("application/json");
        chunked.Headers.TransferEncodingChunked = true;
        using var response = await shared.Gateway.Client.SendAsync(chunked);

        Assert.StartsWith("HTTP/1.1 413 ", told, StringComparison.Ordinal);
        await ErrorAssert.IsAsync(response, 413, "invalid_request_error", "request_too_large");
        Assert.Equal(before, Forwarded);
    }

    [Fact]
    public async Task Body_Compressed_415AndNothingIsUnpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var block = new byte[1024 * 1024];
            for (var i = 0; i < 256; i++)
            {
                await gzip.WriteAsync(block);
            }
        }

        foreach (var encoding in new[] { "gzip", "br", "deflate", "zstd", "gzip, gzip", "identity, gzip" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(packed.ToArray()) };
            request.Content.Headers.ContentType = new("application/json");
            request.Content.Headers.TryAddWithoutValidation("content-encoding", encoding);
            using var response = await shared.Gateway.Client.SendAsync(request);
            Assert.True((int)response.StatusCode is 415 or 413, $"{encoding}: {(int)response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("host: localhost\r\nx-a: {0}\r\n", 33_000, "431")]
    [InlineData("host: localhost\r\nx-{0}: a\r\n", 33_000, "431")]
    public async Task Headers_TooLarge_431(string headers, int length, string status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", await SendAsync($"GET /v1/models HTTP/1.1\r\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, headers, new string('a', length))}\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Headers_TooMany_431() =>
        Assert.StartsWith("HTTP/1.1 431 ", await SendAsync($"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n{string.Concat(Enumerable.Range(0, 101).Select(i => $"x-{i}: a\r\n"))}\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task RequestLine_TooLong_414() => Assert.StartsWith("HTTP/1.1 414 ", await SendAsync($"GET /v1/models?{new string('a', 9_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n"), StringComparison.Ordinal);

    public static TheoryData<string, string> Bombs() => new()
    {
        { "depth 100000", "{\"messages\":" + new string('[', 100_000) + new string(']', 100_000) + "}" },
        { "depth 100000 of objects", string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000) },
        { "unclosed", new string('[', 500_000) },
        { "200000 members", "{" + string.Join(',', Enumerable.Range(0, 80_000).Select(i => $"\"k{i}\":0")) + "}" },
        { "the same member 80000 times", "{" + string.Join(',', Enumerable.Repeat("\"model\":\"m\"", 80_000)) + "}" },
        { "number of 500000 digits", """{"model":"fake/m","max_tokens":""" + new string('9', 500_000) + ""","messages":[{"role":"user","content":"hi"}]}""" },
        { "name of 500000 letters", "{\"" + new string('n', 500_000) + "\":1,\"model\":\"fake/m\",\"messages\":1}" },
        { "half pairs", """{"model":"fake/m","messages":[{"role":"user","content":"\ud800\ud800\ud800"}]}""" },
        { "infinity", """{"model":"fake/m","temperature":1e999,"messages":[{"role":"user","content":"hi"}]}""" },
        { "NaN", """{"model":"fake/m","temperature":NaN,"messages":[{"role":"user","content":"hi"}]}""" },
        { "trailing", Chat + "x" },
        { "two", Chat + Chat },
        { "comment", "/* x */" + Chat },
        { "UTF-16", "\0{\0}" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task Json_ThatIsABomb_400SoonAndInTheUsualShape(string what, string body)
    {
        var before = Forwarded;
        foreach (var path in new[] { "/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1beta/models/fake%2Fm:generateContent", "/api/chat", "/v1/operations/sentiment_analysis", "/v1/estimate" })
        {
            if (path == "/api/chat" && (what is "infinity" or "number of 500000 digits"))
            {
                continue; // Ollama has these members elsewhere; here nobody reads them
            }

            var response = await RawHttp.PostAsync(Address, path, Encoding.UTF8.GetBytes(body));

            Assert.True(response.Status == 400, $"{what} at {path}: {response.Status} {response.Body[..Math.Min(300, response.Body.Length)]}");
            Assert.Equal(1, response.StatusLines);
            Assert.True(response.Body.Length < 4_000, $"{what} at {path} is said back");
            JsonDocument.Parse(response.Body).Dispose();
        }

        Assert.Equal(before, Forwarded);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "n", "-1")]
    [InlineData("/v1/chat/completions", "n", "1000000")]
    [InlineData("/v1/chat/completions", "n", "1.5")]
    [InlineData("/v1/chat/completions", "n", "\"2\"")]
    [InlineData("/v1/chat/completions", "max_tokens", "-1")]
    [InlineData("/v1/chat/completions", "max_tokens", "123456789012345678901234567890")]
    [InlineData("/v1/chat/completions", "max_tokens", "1e400")]
    [InlineData("/v1/chat/completions", "max_tokens", "[]")]
    [InlineData("/v1/chat/completions", "max_completion_tokens", "-9223372036854775808")]
    [InlineData("/v1/chat/completions", "temperature", "1e999")]
    [InlineData("/v1/chat/completions", "temperature", "\"hot\"")]
    [InlineData("/v1/chat/completions", "temperature", "-1")]
    [InlineData("/v1/chat/completions", "top_p", "{}")]
    [InlineData("/v1/chat/completions", "stop", "{}")]
    [InlineData("/v1/chat/completions", "stop", "MANY")]
    [InlineData("/v1/chat/completions", "stream", "1")]
    [InlineData("/v1/chat/completions", "messages", "{}")]
    [InlineData("/v1/chat/completions", "messages", "[]")]
    [InlineData("/v1/chat/completions", "tools", "\"x\"")]
    [InlineData("/v1/messages", "max_tokens", "-1")]
    [InlineData("/v1/messages", "max_tokens", "0")]
    [InlineData("/v1/messages", "max_tokens", "1e400")]
    [InlineData("/v1/messages", "temperature", "7")]
    [InlineData("/v1/messages", "messages", "5")]
    [InlineData("/v1/messages", "stop_sequences", "5")]
    [InlineData("/v1/embeddings", "dimensions", "-1")]
    [InlineData("/v1/embeddings", "input", "{}")]
    [InlineData("/v1/embeddings", "input", "[]")]
    [InlineData("/v1/embeddings", "encoding_format", "\"hex\"")]
    [InlineData("/v1/estimate", "max_tokens", "-1")]
    [InlineData("/v1/estimate", "input_tokens", "-1")]
    [InlineData("/v1/operations/sentiment_analysis", "max_tokens", "-1")]
    public async Task Value_OfTheWrongKindOrSize_400NamesItAndNobodyIsAsked(string path, string member, string value)
    {
        var before = Forwarded;
        var text = value == "MANY" ? "[" + string.Join(',', Enumerable.Repeat("\"x\"", 100_000)) + "]" : value;
        var right = new Dictionary<string, string>(StringComparer.Ordinal) { ["model"] = "\"fake/m\"" };
        foreach (var (name, json) in path switch
        {
            "/v1/embeddings" => new[] { ("input", "\"x\"") },
            "/v1/operations/sentiment_analysis" => [("text", "\"x\"")],
            "/v1/messages" => [("max_tokens", "5"), ("messages", """[{"role":"user","content":"hi"}]""")],
            _ => [("messages", """[{"role":"user","content":"hi"}]""")],
        })
        {
            right[name] = json;
        }

        if (path == "/v1/operations/sentiment_analysis")
        {
            right.Remove("model");
        }

        right[member] = text;
        var response = await RawHttp.PostAsync(Address, path, Encoding.UTF8.GetBytes("{" + string.Join(',', right.Select(pair => $"\"{pair.Key}\":{pair.Value}")) + "}"));

        Assert.True(response.Status == 400, $"{response.Status} {response.Body}");
        var error = JsonElement.Parse(response.Body).GetProperty("error");
        if (error.TryGetProperty("param", out var param))
        {
            Assert.StartsWith(member, param.GetString(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(member, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(before, Forwarded);
    }

    [Theory]
    [InlineData("GET /v1/models HTTP/1.1\r\nhost: evil.example\r\n\r\n", "421")]
    [InlineData("GET http://evil.example/v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n", "4")]
    [InlineData("GET /v1/models HTTP/1.1\r\nhost: localhost:80:90\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.1\r\nhost: a b\r\n\r\n", "400")]
    [InlineData("GET * HTTP/1.1\r\nhost: localhost\r\n\r\n", "4")]
    [InlineData("CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example:443\r\n\r\n", "4")]
    [InlineData("GET v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n", "400")]
    public async Task Host_ThatIsConfused_IsRefused(string request, string status)
    {
        var text = await SendAsync(request);

        Assert.StartsWith("HTTP/1.1 " + status, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models", "x-original-url: /health\r\nx-rewrite-url: /health\r\n")]
    [InlineData("/v1/models", "x-http-method-override: OPTIONS\r\nx-forwarded-for: 127.0.0.1\r\nx-real-ip: 127.0.0.1\r\n")]
    [InlineData("/v1/models", "x-forwarded-host: localhost\r\nx-forwarded-prefix: /health\r\nforwarded: for=127.0.0.1;host=localhost\r\n")]
    [InlineData("/health/../v1/models", "")]
    [InlineData("/health/%2e%2e/v1/models", "")]
    [InlineData("/health;/../v1/models", "")]
    [InlineData("/v1/models;a=/health", "")]
    [InlineData("/v1/models%00/health", "")]
    [InlineData("/v1%2fmodels", "")]
    [InlineData("//v1/models", "")]
    [InlineData("/V1/MODELS", "")]
    [InlineData("/v1/models/", "")]
    [InlineData("/docs/../v1/models", "")]
    [InlineData("/docs/..%2fv1/models", "")]
    [InlineData("/v1/models?x=/health", "")]
    [InlineData("/v1/models#/health", "")]
    public async Task Path_ThatIsTwistedWithoutAKey_IsNeverServed(string path, string headers)
    {
        var text = await SendAsync(shared.Locked.Address, $"GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}connection: close\r\n\r\n");

        Assert.Contains(text.Split(' ').ElementAtOrDefault(1), new[] { "400", "401", "404" });
        Assert.DoesNotContain("\"object\":\"list\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authorization: Bearer WRONG\r\nauthorization: Bearer RIGHT\r\n")]
    [InlineData("authorization: Bearer RIGHT\r\nauthorization: Bearer WRONG\r\n")]
    [InlineData("authorization: Bearer RIGHT, Bearer WRONG\r\n")]
    [InlineData("authorization: Bearer WRONG\r\nx-api-key: RIGHT\r\n")]
    [InlineData("x-api-key: RIGHT\r\nx-api-key: WRONG\r\n")]
    [InlineData("authorization: Bearer\tRIGHT\r\n")]
    [InlineData("authorization : Bearer RIGHT\r\n")]
    [InlineData("x-api-key: \"RIGHT\"\r\n")]
    public async Task Key_PresentedTwiceOrOddly_IsNotTaken(string headers)
    {
        var text = await SendAsync(
            shared.Locked.Address,
            $"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n{headers.Replace("RIGHT", Gateways.Key, StringComparison.Ordinal).Replace("WRONG", "ck_test_wrong_0123456789abcde", StringComparison.Ordinal)}connection: close\r\n\r\n");

        Assert.Contains(text.Split(' ')[1], new[] { "400", "401" });
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("{{7*7}}${7*7}<%= 7*7 %>")]
    public async Task Markup_InWhatIsSaidBack_IsTextOfJsonThatNoBrowserGuessesAt(string text)
    {
        using var byModel = await shared.Gateway.PostAsync("/v1/chat/completions", JsonSerializer.Serialize(new { model = text, messages = new[] { new { role = "user", content = "x" } } }));
        using var byPath = await shared.Gateway.Client.GetAsync("/v1/models/" + Uri.EscapeDataString(text));

        foreach (var response in new[] { byModel, byPath })
        {
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(["nosniff"], response.Headers.GetValues("x-content-type-options"));
            Assert.DoesNotContain("49", JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    private static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(watch.Elapsed < Limit, "it never came to be so");
            await Task.Delay(50);
        }
    }

    private Task<Socket> ConnectAsync() => ConnectAsync(Address);

    private static async Task<Socket> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return socket;
    }

    private Task<string> SendAsync(string request) => SendAsync(Address, request);

    /// <summary>Sends all, and reads until the server closes or has said nothing more for a while: a second answer would be seen.</summary>
    private static async Task<string> SendAsync(Uri address, string request)
    {
        using var socket = await ConnectAsync(address);
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        }
        catch (SocketException)
        {
            // Refused before the last byte.
        }

        return (await ReadAsync(socket, quiet: TimeSpan.FromSeconds(1))).Text;
    }

    /// <summary>Reads until the server closes.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="drip">What the client goes on sending meanwhile.</param>
    /// <param name="quiet">After its answer the server need not close: this long nothing more has to come.</param>
    private static async Task<(string Text, bool IsClosed)> ReadAsync(Socket socket, Func<Task>? drip = null, TimeSpan? quiet = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var stop = new CancellationTokenSource();
        var dripping = DripAsync(drip, stop.Token);
        var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var read)
            {
                bytes.Write(buffer, 0, read);
                if (quiet is { } time)
                {
                    limit.CancelAfter(time);
                }
            }
        }
        catch (SocketException)
        {
            // Reset: what came before it counts.
        }
        catch (OperationCanceledException) when (quiet is not null && bytes.Length > 0)
        {
            // It has said what it had to say.
        }

        await stop.CancelAsync();
        await dripping;
        return (Encoding.UTF8.GetString(bytes.ToArray()), true);
    }

    private static async Task DripAsync(Func<Task>? drip, CancellationToken stop)
    {
        try
        {
            while (drip is not null)
            {
                await Task.Delay(200, stop);
                await drip();
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server has closed it.
        }
    }

    /// <summary>An open gateway that loses patience soon, in front of one upstream; and one that wants a key.</summary>
    public sealed class Gateways : IAsyncLifetime
    {
        public const string Key = "ck_test_0123456789abcdefghij";

        internal TestGateway Gateway { get; private set; } = null!;

        internal TestGateway Locked { get; private set; } = null!;

        internal FakeUpstream Upstream { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Upstream = await FakeUpstream.StartAsync();
            Gateway = await TestGateway.InFrontOfAsync(Upstream.BaseUrl, Impatient);
            Locked = await TestGateway.StartAsync(environment: new() { ["CONDUCTOR_API_KEYS"] = Key });
        }

        public async Task DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Locked.DisposeAsync();
            await Upstream.DisposeAsync();
        }
    }
}
