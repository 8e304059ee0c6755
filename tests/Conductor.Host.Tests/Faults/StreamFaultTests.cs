using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Faults;

/// <summary>Streams that go wrong, as the caller sees them: words so far and then an error, never a false end, never another answer behind the first.</summary>
public sealed class StreamFaultTests
{
    private const string Streaming = """{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";
    private const string Short = "reliability: { deadline: 3s, first_content: 2s, idle: 500ms, max_stream: 2s }\nlimits: { max_event: 64KiB }";
    private const string Role = """{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""";
    private const string Stop = """{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""";
    private const string Done = "[DONE]";

    private static string Word(string text) => Role.Replace("\"role\":\"assistant\",\"content\":\"\"", $"\"content\":\"{text}\"", StringComparison.Ordinal);

    /// <summary>Name, what the upstream sends after a role and two words, and what ends it.</summary>
    private static readonly Dictionary<string, Func<Socket, CancellationToken, Task>> Breaks = new(StringComparer.Ordinal)
    {
        ["sse_cut"] = (_, _) => Task.CompletedTask,
        ["sse_cut_mid"] = (socket, token) => RawUpstream.SendAsync(socket, "data: {\"choices\":[{\"del", token),
        ["sse_rst"] = (socket, _) =>
        {
            RawUpstream.Reset(socket);
            return Task.CompletedTask;
        },
        ["sse_error"] = (socket, token) => RawUpstream.SendAsync(socket, $"data: {{\"error\":{{\"message\":\"{UpstreamFaults.Canary}\",\"type\":\"server_error\"}}}}\n\n", token),
        ["sse_stall"] = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, token),
        ["sse_huge_chunk"] = (socket, token) => RawUpstream.SendAsync(socket, $"data: {Word(new string('x', 200_000))}\n\n", token),
        ["sse_no_newline"] = async (socket, token) =>
        {
            while (true)
            {
                await RawUpstream.SendAsync(socket, new string('x', 60_000), token);
            }
        },
        ["sse_no_finish"] = (socket, token) => RawUpstream.SendAsync(socket, $"data: {Done}\n\n", token),
        ["sse_never"] = async (socket, token) =>
        {
            while (true)
            {
                await RawUpstream.SendAsync(socket, $"data: {Word("w")}\n\n", token);
                await Task.Delay(20, token);
            }
        },
    };

    public static TheoryData<string> Broken => [.. Breaks.Keys];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Stream_BreaksAfterContent_WordsThenOneErrorAndNoEnd(string name)
    {
        await using var upstream = RawUpstream.Start(async (socket, token) =>
        {
            await RawUpstream.SendAsync(socket, RawUpstream.Sse(Role, Word("first"), Word("second")), token);
            await Breaks[name](socket, token);
        });
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, Short);
        foreach (var (path, body) in new[] { ("/v1/chat/completions", Streaming), ("/v1/messages", Streaming.Replace("\"stream\"", "\"max_tokens\":50,\"stream\"", StringComparison.Ordinal)) })
        {
            using var response = await gateway.PostAsync(path, body);

            var text = await response.Content.ReadAsStringAsync();
            if (name == "sse_rst" && response.StatusCode == HttpStatusCode.BadGateway)
            {
                continue; // a reset throws away what the system had not handed on: then nothing had come
            }

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(1, Count(text, "first"));
            Assert.Equal(1, Count(text, "second"));
            Assert.DoesNotContain(Done, text, StringComparison.Ordinal);
            Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"stop\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain(UpstreamFaults.Canary, text, StringComparison.Ordinal);
            Assert.Equal(1, Count(text, "\"error\":"));
        }

        await upstream.WaitUntilIdleAsync();
        await UpstreamFaultTests.AllIsWellAsync(gateway);
    }

    [Theory]
    [InlineData("sse_first_error")]
    [InlineData("sse_empty")]
    [InlineData("sse_silent")]
    [InlineData("sse_only_comments")]
    public async Task Stream_BreaksBeforeContent_IsAStatusOrTheNextTargets(string name)
    {
        await using var bad = RawUpstream.Start(async (socket, token) =>
        {
            await RawUpstream.SendAsync(socket, RawUpstream.Sse(), token);
            await (name switch
            {
                "sse_first_error" => RawUpstream.SendAsync(socket, $"data: {{\"error\":{{\"message\":\"{UpstreamFaults.Canary}\"}}}}\n\n", token),
                "sse_silent" => Task.Delay(Timeout.InfiniteTimeSpan, token),
                "sse_only_comments" => RawUpstream.SendAsync(socket, ": hello\n\n: hello\n\n", token),
                _ => Task.CompletedTask,
            });
        });
        await using var good = RawUpstream.Start(RawUpstream.Sse(Role, Word("clean"), Stop, Done));
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              bad: { plugin: openai-compatible, base_url: "{{bad.BaseUrl}}", price: free, models: [ m ] }
              good: { plugin: openai-compatible, base_url: "{{good.BaseUrl}}", price: free, models: [ m ] }
            {{Short.Replace("first_content: 2s", "first_content: 500ms", StringComparison.Ordinal)}}
            """,
            models: "aliases: { both: { targets: [ bad/m, good/m ], strategy: ordered } }");

        using var alone = await gateway.PostAsync("/v1/chat/completions", Streaming.Replace("fake/m", "bad/m", StringComparison.Ordinal));
        using var both = await gateway.PostAsync("/v1/chat/completions", Streaming.Replace("fake/m", "both", StringComparison.Ordinal));

        Assert.Contains((int)alone.StatusCode, new[] { 502, 504 });
        Assert.DoesNotContain(UpstreamFaults.Canary, await alone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var text = await both.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, both.StatusCode);
        Assert.Equal(1, Count(text, "clean"));
        Assert.Equal(1, Count(text, Done));
        Assert.DoesNotContain("error", text, StringComparison.Ordinal);
        Assert.Equal(["1"], both.Headers.GetValues("x-conductor-fallbacks"));
    }

    [Theory]
    [InlineData("sse_no_done")]
    [InlineData("sse_after_done")]
    [InlineData("sse_crlf")]
    [InlineData("sse_split")]
    [InlineData("sse_comments")]
    [InlineData("sse_bom")]
    public async Task Stream_OddButWhole_ComesWholeWithOneEnd(string name)
    {
        var events = RawUpstream.Sse(Role, Word("Grüße 😀 一"), Stop);
        var rest = $"data: {Done}\n\n";
        await using var upstream = RawUpstream.Start(async (socket, token) =>
        {
            var head = events[..(events.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)];
            var body = events[head.Length..] + (name == "sse_no_done" ? "" : rest);
            body = name switch
            {
                "sse_after_done" => body + $"data: {Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Word("ghost")))}\n\n",
                "sse_crlf" => body.Replace("\n", "\r\n", StringComparison.Ordinal),
                "sse_comments" => ": a\n\n" + body.Replace("\n\n", "\n\n: b\n\nid: 7\nretry: 1\n", StringComparison.Ordinal),
                "sse_bom" => "\xef\xbb\xbf" + body,
                _ => body,
            };
            await RawUpstream.SendAsync(socket, head, token);
            foreach (var piece in name == "sse_split" ? body.Select(letter => letter.ToString()) : [body])
            {
                await RawUpstream.SendAsync(socket, piece, token);
            }
        });
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, Short);

        using var response = await gateway.PostAsync("/v1/chat/completions", Streaming);

        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("Grüße 😀 一", text, StringComparison.Ordinal);
        Assert.Equal(1, Count(text, Done));
        Assert.Contains("\"stop\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ghost", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\uFFFD", text, StringComparison.Ordinal);
        Assert.DoesNotContain("error", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{not json")]
    [InlineData("\"\xff\"")]
    public async Task Stream_EventThatIsNone_IsTold(string data)
    {
        await using var upstream = RawUpstream.Start((socket, token) => RawUpstream.SendAsync(socket, RawUpstream.Sse(Role, Word("first")) + $"data: {data}\n\n" + RawUpstream.Sse(Stop, Done)[RawUpstream.Sse().Length..], token));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, Short);

        using var response = await gateway.PostAsync("/v1/chat/completions", Streaming);

        var text = await response.Content.ReadAsStringAsync();
        Assert.Contains("first", text, StringComparison.Ordinal);
        Assert.Contains("upstream_invalid_response", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Done, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_JsonInsteadOfEvents_AndEventsInsteadOfJson_AreToldApart()
    {
        await using var whole = RawUpstream.Start(RawUpstream.Http(UpstreamFaults.Whole()));
        await using var events = RawUpstream.Start(RawUpstream.Sse(Role, Word("x"), Stop, Done));
        await using var first = await TestGateway.InFrontOfAsync(whole.BaseUrl, Short);
        await using var second = await TestGateway.InFrontOfAsync(events.BaseUrl, Short);

        using var asked = await first.PostAsync("/v1/chat/completions", Streaming);
        using var unasked = await second.PostAsync("/v1/chat/completions", Streaming.Replace("\"stream\":true,", "", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadGateway, asked.StatusCode);
        Assert.Equal(HttpStatusCode.BadGateway, unasked.StatusCode);
        Assert.Equal("upstream_invalid_response", JsonElement.Parse(await unasked.Content.ReadAsStringAsync()).GetProperty("error").GetProperty("code").GetString());
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
