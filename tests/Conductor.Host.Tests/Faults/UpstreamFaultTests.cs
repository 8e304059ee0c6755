using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Host.Tests.Support;
using Conductor.Money;
using Conductor.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Faults;

/// <summary>Upstreams that fail in every way that one has been seen to, as the caller of the gateway sees it: as bytes, and through another dialect.</summary>
public sealed class UpstreamFaultTests
{
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""";
    private const string Message = """{"model":"fake/m","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}""";

    // Short deadlines: what has to be seen is that there is an end, and whose fault it is.
    private const string Short = "reliability: { deadline: 2s, first_content: 1s, idle: 500ms }\nlimits: { max_reply: 1MiB, max_event: 64KiB }";

    public static TheoryData<string> Faults => [.. UpstreamFaults.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_InEitherWay_HasItsStatusAndSaysNothingOfTheUpstreams(string name)
    {
        var fault = UpstreamFaults.All[name];
        await using var upstream = RawUpstream.Start(fault.Answer);
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, Short);
        foreach (var (path, body) in new[] { ("/v1/chat/completions", Chat), ("/v1/messages", Message) })
        {
            using var response = await gateway.PostAsync(path, body);

            var text = await response.Content.ReadAsStringAsync();
            var status = (int)response.StatusCode == 529 ? 503 : (int)response.StatusCode; // Anthropic's word for an overload
            Assert.True(fault.Statuses.Contains(status), $"{path}: {(int)response.StatusCode} {text}");
            Assert.DoesNotContain(UpstreamFaults.Canary, text + response.Headers + response.Content.Headers, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("set-cookie"));
            Assert.True(response.Headers.Contains("x-request-id"));
            JsonDocument.Parse(text).Dispose();
            if (path == "/v1/chat/completions" && !response.IsSuccessStatusCode)
            {
                var error = JsonElement.Parse(text).GetProperty("error");
                Assert.Equal(fault.Code ?? error.GetProperty("code").GetString(), error.GetProperty("code").GetString());
                Assert.Equal(fault.RetryAfter, response.Headers.TryGetValues("retry-after", out var wait) ? wait.Single() : null);
            }
        }

        await upstream.WaitUntilIdleAsync();
        Assert.Equal(2, upstream.Asked); // one target, one attempt
        await AllIsWellAsync(gateway);
    }

    [Theory]
    [InlineData(HttpStatusCode.MovedPermanently)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.TemporaryRedirect)]
    [InlineData(HttpStatusCode.PermanentRedirect)]
    public async Task Redirect_IsNotFollowedAndNobodyElseIsShownTheKey(HttpStatusCode status)
    {
        await using var elsewhere = RawUpstream.Start(RawUpstream.Http(UpstreamFaults.Whole()));
        await using var upstream = RawUpstream.Start(RawUpstream.Http("", $"{(int)status} Moved", $"location: {elsewhere.BaseUrl}/chat/completions\r\n"));
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", keys: [ sk-of-the-operator-0123456789 ], price: free } }""");

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("sk-of-the-operator", Assert.Single(upstream.Heads, head => head.StartsWith("POST", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Empty(elsewhere.Heads);
    }

    [Theory]
    [InlineData("http://no-such-host.invalid/v1")]
    [InlineData("http://127.0.0.1:1/v1")]
    public async Task Host_NotThere_502WithoutItsName(string address)
    {
        await using var gateway = await TestGateway.InFrontOfAsync(address);

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat);

        var error = await ErrorAssert.IsAsync(response, 502, "upstream_error", "upstream_unreachable");
        Assert.DoesNotContain("invalid", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", CostStatus.Estimated)]
    [InlineData("""{"prompt_tokens":-5,"completion_tokens":-7}""", null)]
    [InlineData("""{"prompt_tokens":1000000000000000000,"completion_tokens":9223372036854775807}""", null)]
    [InlineData("""{"prompt_tokens":3.5,"completion_tokens":1.25}""", null)]
    [InlineData("""{"prompt_tokens":"3","completion_tokens":"1"}""", null)]
    [InlineData("""{"prompt_tokens":1e400,"completion_tokens":1}""", null)]
    [InlineData("""{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}""", CostStatus.Settled)]
    public async Task Usage_OfAnyKind_IsBookedAsWhatItCanBe(string usage, CostStatus? expected)
    {
        await using var upstream = RawUpstream.Start(RawUpstream.Http(UpstreamFaults.Whole(usage)));
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: catalog, models: [ m ] } }""",
            models: "catalog: [ { provider: fake, model: m, usd_per_million: { input: 1, output: 2 } } ]");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(Chat, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-request-id", "usage-1");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Contains((int)response.StatusCode, new[] { 200, 502 });
        await gateway.App.DrainAsync();
        await gateway.App.Services.GetRequiredService<LedgerWriter>().FlushAsync(CancellationToken.None);
        var row = Assert.Single(await gateway.App.Services.GetRequiredService<ILedgerStore>().FindAsync("default", "usage-1", CancellationToken.None));
        Assert.InRange(row.Usage.InputTokens, 0, 1_000_000);
        Assert.InRange(row.Usage.OutputTokens, 0, 1_000_000);
        Assert.InRange((row.Cost ?? NanoUsd.Zero).ToUsd(), 0, 2);
        Assert.Equal(expected ?? row.CostStatus, row.CostStatus);
        if (usage.Contains(":0,", StringComparison.Ordinal))
        {
            Assert.Equal(0, row.Usage.InputTokens + row.Usage.OutputTokens); // a zero that is said is no gap to be filled
        }
        else if (usage == "null")
        {
            Assert.True(row.Usage.OutputTokens > 0);
        }
    }

    [Fact]
    public async Task KeptConnection_ClosedAsTheRequestArrives_OneMoreTryUnseenByTheCaller()
    {
        // A server that closes what it had kept: the first request is answered, the second finds its connection gone, the third stands on a new one.
        var answered = 0;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var socket = await listener.AcceptSocketAsync(stop.Token);
                    var buffer = new byte[16 * 1024];
                    if (await socket.ReceiveAsync(buffer, stop.Token) == 0)
                    {
                        continue;
                    }

                    var isPost = buffer.AsSpan().StartsWith("POST"u8);
                    var body = isPost ? UpstreamFaults.Whole() : """{"object":"list","data":[{"id":"m","object":"model"}]}""";
                    await RawUpstream.SendAsync(socket, $"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {body.Length}\r\n\r\n{body}", stop.Token);
                    answered += isPost ? 1 : 0;
                    await socket.ReceiveAsync(buffer, stop.Token); // the next request has come, and the connection goes
                }
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException)
            {
                // The test is over.
            }
        });
        await using (var gateway = await TestGateway.InFrontOfAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1"))
        {
            for (var i = 0; i < 3; i++)
            {
                using var response = await gateway.PostAsync("/v1/chat/completions", Chat);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal(["1"], response.Headers.GetValues("x-conductor-attempts"));
            }
        }

        await stop.CancelAsync();
        await serving;
        Assert.Equal(3, answered);
    }

    internal static async Task AllIsWellAsync(TestGateway gateway)
    {
        using var health = await gateway.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        var status = await gateway.GetJsonAsync("/v1/status");
        Assert.Equal(1, status.GetProperty("system").GetProperty("requests_in_flight").GetInt32()); // the question itself
        Assert.All(status.GetProperty("providers").EnumerateArray(), provider => Assert.Equal(0, provider.GetProperty("calls_in_flight").GetInt32()));
    }
}
