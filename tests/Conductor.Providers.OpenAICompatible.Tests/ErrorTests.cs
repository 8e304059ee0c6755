using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.OpenAICompatible.Tests;

public sealed class ErrorTests
{
    private const string Canary = "UPSTREAM-SECRET-TEXT";

    public static TheoryData<int, string, ProviderErrorKind> Rows => new()
    {
        { 301, "", ProviderErrorKind.ServerError },
        { 307, "", ProviderErrorKind.ServerError },
        { 400, Error("invalid_value"), ProviderErrorKind.InvalidRequest },
        { 400, Error("context_length_exceeded"), ProviderErrorKind.ContextLengthExceeded },
        { 400, """{"error":{"code":400,"message":"x","type":"exceed_context_size_error","n_prompt_tokens":9,"n_ctx":5}}""", ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("This model's maximum context length is 4096 tokens. However"), ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("Your input exceeds the context window of this model"), ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("prompt is too long: 5 tokens > 4 maximum"), ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("The input token count (5) exceeds the maximum number of tokens allowed (4)."), ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("the request exceeds the available context size, try increasing it"), ProviderErrorKind.ContextLengthExceeded },
        { 400, """{"error":"Trying to keep the first 9 tokens when context overflows; greater than the context length"}""", ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("input length exceeds the context length"), ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("Please reduce the length of the messages or completion."), ProviderErrorKind.ContextLengthExceeded },
        { 400, Text("rate limit: reduce the length of the messages"), ProviderErrorKind.InvalidRequest },
        { 400, Error("content_filter"), ProviderErrorKind.ContentFilter },
        { 400, Error("content_policy_violation"), ProviderErrorKind.ContentFilter },
        { 400, Error("model_not_found"), ProviderErrorKind.ModelNotFound },
        { 400, "not json", ProviderErrorKind.InvalidRequest },
        { 401, Error("invalid_api_key"), ProviderErrorKind.Credentials },
        { 403, "", ProviderErrorKind.Credentials },
        { 402, "", ProviderErrorKind.QuotaExhausted },
        { 404, Error("model_not_found"), ProviderErrorKind.ModelNotFound },
        { 404, """{"object":"error","message":"The model does not exist.","type":"NotFoundError","param":null,"code":404}""", ProviderErrorKind.ModelNotFound },
        { 404, "<html>", ProviderErrorKind.ModelNotFound },
        { 405, "", ProviderErrorKind.InvalidRequest },
        { 408, "", ProviderErrorKind.Timeout },
        { 409, "", ProviderErrorKind.ServerError },
        { 413, "", ProviderErrorKind.ContextLengthExceeded },
        { 422, """{"detail":[{"loc":["body"],"msg":"field required"}]}""", ProviderErrorKind.InvalidRequest },
        { 422, Error("context_length_exceeded"), ProviderErrorKind.ContextLengthExceeded },
        { 429, Error("rate_limit_exceeded"), ProviderErrorKind.RateLimited },
        { 429, "", ProviderErrorKind.RateLimited },
        { 429, Error("insufficient_quota"), ProviderErrorKind.QuotaExhausted },
        { 429, """{"error":{"message":"x","type":"insufficient_quota","param":null,"code":null}}""", ProviderErrorKind.QuotaExhausted },
        { 500, Error(null), ProviderErrorKind.ServerError },
        { 500, Text("the request exceeds the available context size"), ProviderErrorKind.ContextLengthExceeded },
        { 502, "<html><body>Bad gateway</body></html>", ProviderErrorKind.ServerError },
        { 503, "", ProviderErrorKind.Overloaded },
        { 504, "", ProviderErrorKind.Timeout },
        { 529, "", ProviderErrorKind.Overloaded },
        { 599, "", ProviderErrorKind.ServerError },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Status_AndBody_MapToOneKind(int status, string body, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(status, body, ("Location", "http://127.0.0.1:1/elsewhere"), ("x-request-id", "req-1")));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(kind, failure.Kind);
        Assert.Equal(status, failure.StatusCode);
        Assert.Equal("req-1", failure.UpstreamRequestId);
        AssertQuiet(failure, upstream);
        Assert.Single(upstream.Requests);
    }

    public static TheoryData<string, ProviderErrorKind> InsideRows => new()
    {
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","type":"server_error","code":null}}""", ProviderErrorKind.ServerError },
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","type":"BadRequestError","code":400}}""", ProviderErrorKind.InvalidRequest },
        { """{"error":{"message":"maximum context length is 5 tokens UPSTREAM-SECRET-TEXT","type":"BadRequestError","code":400}}""", ProviderErrorKind.ContextLengthExceeded },
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","code":"rate_limit_exceeded"}}""", ProviderErrorKind.RateLimited },
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","code":429}}""", ProviderErrorKind.RateLimited },
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","type":"insufficient_quota","code":"429"}}""", ProviderErrorKind.RateLimited },
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","type":"overloaded_error"}}""", ProviderErrorKind.Overloaded },
        { """{"error":{"message":"UPSTREAM-SECRET-TEXT","code":"invalid_api_key"}}""", ProviderErrorKind.Credentials },
        { """{"error":"UPSTREAM-SECRET-TEXT"}""", ProviderErrorKind.ServerError },
        { """{"error":{}}""", ProviderErrorKind.ServerError },
        { """{"object":"error","message":"UPSTREAM-SECRET-TEXT","code":50001}""", ProviderErrorKind.ServerError },
    };

    [Theory]
    [MemberData(nameof(InsideRows))]
    public async Task ErrorInA200_WholeFirstFrameOrLater_MapsByItsWords(string body, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json(body)).ReplyWith(new FakeStream().Event(body)).ReplyWith(new FakeStream().Role().Chunk("he").Event(body).Finish().Done());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var whole = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());
        var first = await Assert.ThrowsAsync<ProviderException>(() => provider.StreamAsync().ToChatResponseAsync());
        var later = await Assert.ThrowsAsync<ProviderException>(() => provider.StreamAsync().ToChatResponseAsync());

        foreach (var failure in new[] { whole, first, later })
        {
            Assert.Equal(kind, failure.Kind);
            AssertQuiet(failure, upstream);
        }
    }

    public static TheoryData<string, string, double?> Waits => new()
    {
        { "Retry-After", "7", 7 },
        { "Retry-After", "0", 0 },
        { "Retry-After", "1.5", 1.5 },
        { "Retry-After", "-5", null },
        { "Retry-After", "banana", null },
        { "Retry-After", "NaN", null },
        { "Retry-After", "Infinity", null },
        { "Retry-After", "999999999", 86400 },
        { "Retry-After", new string('9', 400), 86400 },
        { "Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT", 30 },
        { "Retry-After", "Wed, 31 Dec 2025 23:00:00 GMT", 0 },
        { "Retry-After", "Fri, 01 Jan 2027 00:00:00 GMT", 86400 },
        { "retry-after-ms", "250", 0.25 },
        { "x-other", "1", null },
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task RetryAfter_EveryForm_IsReadOrLeftOut(string name, string value, double? seconds)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(429, "", (name, value)));
        await using var provider = TestProvider.For(upstream.BaseUrl, time: new ManualTimeProvider());

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(seconds, failure.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task RetryAfter_BothForms_MillisecondsWin()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(503, "", ("retry-after", "9"), ("retry-after-ms", "1200")));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(1.2, failure.RetryAfter!.Value.TotalSeconds, 3);
    }

    [Theory]
    [InlineData("temperature", "temperature")]
    [InlineData("messages[0].role", "messages[0].role")]
    [InlineData("a sentence with a secret", null)]
    [InlineData("<script>", null)]
    public async Task Param_OfTheUpstream_IsPassedOnOnlyWhereItIsAName(string param, string? expected)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(400, $$$"""{"error":{"message":"x","type":"invalid_request_error","param":"{{{param}}}","code":null}}"""));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        Assert.Equal(expected, (await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync())).Param);
    }

    public static TheoryData<string, FakeReply> Unreadable => new()
    {
        { "html", FakeReply.Bytes(200, "<html><body>login</body></html>"u8.ToArray(), "text/html; charset=utf-8") },
        { "empty body", FakeReply.Bytes(200, ReadOnlyMemory<byte>.Empty, "application/json") },
        { "no content", FakeReply.Bytes(204, ReadOnlyMemory<byte>.Empty, null) },
        { "cut JSON", FakeReply.Json("""{"choices":[{"message":{"content":"hel""") },
        { "array", FakeReply.Json("[]") },
        { "null choices", FakeReply.Json("""{"choices":null}""") },
        { "empty choices", FakeReply.Json("""{"choices":[]}""") },
        { "no message", FakeReply.Json("""{"choices":[{}]}""") },
        { "wrong types", FakeReply.Json("""{"choices":[7]}""") },
        { "deep", FakeReply.Json(new string('[', 10_000) + new string(']', 10_000)) },
        { "not UTF-8", FakeReply.Bytes(200, new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, "application/json") },
        { "events", FakeReply.Bytes(200, "data: {}\n\n"u8.ToArray(), "text/event-stream") },
        { "too large", FakeReply.Endless(20 * 1024 * 1024) },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task Answer_ThatCannotBeRead_IsATransientFailure(string what, FakeReply reply)
    {
        Assert.NotEmpty(what);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(reply);
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.True(failure.IsTransient);
        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
        AssertQuiet(failure, upstream);
    }

    [Fact]
    public async Task Connection_ThatBreaksInsideAnAnswer_IsTheNetworks()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.CutBody("""{"choices":[{"message":{"content":"hel"""));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal((ProviderErrorKind.Network, true), (failure.Kind, failure.IsTransient));
        AssertQuiet(failure, upstream);
    }

    [Theory]
    [InlineData("content-type: application/json\r\ncontent-length: 500\r\n\r\n{\"choices\":[{\"message\":", false)]
    [InlineData("content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n8\r\ndata: {", true)]
    public async Task Connection_ClosedInsideAnAnswer_IsTheNetworks(string rest, bool isStreaming)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var serving = CloseMidwayAsync(listener, "HTTP/1.1 200 OK\r\n" + rest);
        await using var provider = TestProvider.For($"http://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/v1");

        var failure = await Assert.ThrowsAsync<ProviderException>(async () =>
        {
            await using var reply = await provider.RawAsync(isStreaming);
            await reply.Body.CopyToAsync(Stream.Null);
        });

        await serving;
        Assert.Equal((ProviderErrorKind.Network, true), (failure.Kind, failure.IsTransient));
    }

    // Closes in good order after a part of the answer: a server that dies, a proxy that gives up.
    private static async Task CloseMidwayAsync(System.Net.Sockets.TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await stream.ReadAtLeastAsync(new byte[16 * 1024], 1);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer));
        client.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await stream.CopyToAsync(Stream.Null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    public async Task Answer_WithoutTheRightContentType_IsReadAnyway(string contentType)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Bytes(200, """{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}"""u8.ToArray(), contentType.Length == 0 ? null : contentType));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        Assert.Equal("ok", (await provider.AskAsync()).Text);
    }

    [Fact]
    public async Task Redirect_FollowedByTheHttpClientItself_IsStillAFailure()
    {
        await using var canary = await FakeUpstream.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(307, "", ("Location", canary.BaseUrl + "/chat/completions")));
        await using var provider = TestProvider.For(upstream.BaseUrl, followRedirects: true);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(ProviderErrorKind.ServerError, failure.Kind);
        Assert.All(canary.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task Redirect_NotFollowed_TheOtherServerStaysSilent()
    {
        await using var canary = await FakeUpstream.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Status(302, "", ("Location", canary.BaseUrl + "/chat/completions")));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Empty(canary.Requests);
    }

    [Fact]
    public async Task Connection_Refused_IsANetworkFailureThatNamesNoAddress()
    {
        await using var provider = TestProvider.For("http://127.0.0.1:1/v1");

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(ProviderErrorKind.Network, failure.Kind);
        Assert.DoesNotContain("127.0.0.1", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_Unknown_IsANetworkFailureThatNamesNoAddress()
    {
        await using var provider = TestProvider.For("http://nowhere.invalid/v1");

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(ProviderErrorKind.Network, failure.Kind);
        Assert.DoesNotContain("nowhere", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_ResetBeforeHeaders_IsATransientFailure()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Reset());
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.True(failure.IsTransient);
        AssertQuiet(failure, upstream);
    }

    [Fact]
    public async Task Certificate_NotTrusted_IsANetworkFailureThatSaysTls()
    {
        using var key = RSA.Create(2048);
        using var made = new CertificateRequest("CN=elsewhere.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(-1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeTlsOnceAsync(listener, certificate);
        await using var provider = TestProvider.For(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.Equal(ProviderErrorKind.Network, failure.Kind);
        Assert.Contains("tls", failure.Message, StringComparison.Ordinal);
        await serving;
    }

    [Theory]
    [InlineData("banana")]
    [InlineData("HTTP/1.1 banana OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n{}\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}")]
    [InlineData("")]
    public async Task Reply_ThatIsNotHttp_IsATransientFailure(string bytes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = ServeRawAsync(listener, bytes, stop.Token);
        await using var provider = TestProvider.For(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() => provider.AskAsync());

        Assert.True(failure.IsTransient);
        Assert.DoesNotContain("127.0.0.1", failure.ToString(), StringComparison.Ordinal);
        await stop.CancelAsync();
        await serving;
    }

    private static async Task ServeRawAsync(TcpListener listener, string bytes, CancellationToken cancellationToken)
    {
        try
        {
            // HttpClient tries once more when a connection closes without a byte.
            for (var i = 0; i < 5; i++)
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                var read = await client.GetStream().ReadAsync(new byte[8192], cancellationToken);
                Assert.NotEqual(0, read);
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(bytes), cancellationToken);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
        }
    }

    private static async Task ServeTlsOnceAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
        }
    }

    private static void AssertQuiet(ProviderException failure, FakeUpstream upstream)
    {
        var all = failure.ToString();
        Assert.DoesNotContain(Canary, all, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret-key", all, StringComparison.Ordinal);
        Assert.DoesNotContain(new Uri(upstream.BaseUrl).Authority, all, StringComparison.Ordinal);
    }

    private static string Error(string? code) => $$$"""{"error":{"message":"{{{Canary}}} sk-secret-key","type":"some_error","param":null,"code":{{{(code is null ? "null" : $"\"{code}\"")}}}}}""";

    private static string Text(string message) => $$$"""{"error":{"message":"{{{message}}} {{{Canary}}}","type":"invalid_request_error","param":"messages","code":null}}""";
}
