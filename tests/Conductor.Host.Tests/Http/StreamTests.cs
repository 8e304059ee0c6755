using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Host.Tests.Http;

public class StreamTests
{
    private const string Streaming = """{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task Stream_Success_EventsDoneAndHeaders()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(FakeStream.Of("Hel", "lo")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await SendAsync(gateway);

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(["no"], response.Headers.GetValues("x-accel-buffering"));
        Assert.Equal(["fake"], response.Headers.GetValues("x-conductor-provider"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Contains("\"Hel\"", text, StringComparison.Ordinal);
        Assert.Single(text.Split("[DONE]").Skip(1));
    }

    [Fact]
    public async Task Stream_EachEvent_GoesOutAtOnce()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("first").WaitFor(gate.Task).Chunk("second").Finish().Done()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await SendAsync(gateway);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await ReadUntilAsync(reader, "first");
        gate.SetResult();
        var rest = await reader.ReadToEndAsync();

        Assert.Contains("second", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ClientLeaves_UpstreamStopsWithinASecond()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(FakeStream.Endless()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using (var response = await SendAsync(gateway))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await ReadUntilAsync(reader, "word");
        }

        await ChatTests.Chat(upstream).Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Stream_ErrorBeforeContent_IsAStatusNotAStream()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Error()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await SendAsync(gateway);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_FailureAfterContent_ErrorEventAndNoDone(bool isReset)
    {
        var gate = new TaskCompletionSource();
        var stream = new FakeStream().Role().Chunk("one").WaitFor(gate.Task);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(isReset ? stream.Reset() : stream.Error("upstream canary text")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await SendAsync(gateway); // back once the first content is there
        gate.SetResult();
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        var last = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1];
        var error = JsonDocument.Parse(last["data: ".Length..]).RootElement;
        Assert.Equal("upstream_error", error.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(
            isReset ? ("upstream_unreachable", "network") : ("upstream_error", "provider"),
            (error.GetProperty("error").GetProperty("code").GetString(), error.GetProperty("error").GetProperty("category").GetString()));
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), error.GetProperty("request_id").GetString());
    }

    [Fact]
    public async Task Stream_FirstOfTwoFailsBeforeContent_CleanAnswerOfTheSecond()
    {
        await using var bad = await FakeUpstream.StartAsync();
        bad.Otherwise(FakeReply.Stream(new FakeStream().Role().Error()));
        await using var good = await FakeUpstream.StartAsync();
        good.Otherwise(FakeReply.Stream(FakeStream.Of("clean")));
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              bad: { plugin: openai-compatible, base_url: "{{bad.BaseUrl}}", models: [ m ] }
              good: { plugin: openai-compatible, base_url: "{{good.BaseUrl}}", models: [ m ] }
            """,
            models: "aliases: { both: { targets: [ bad/m, good/m ], strategy: ordered } }");

        using var response = await SendAsync(gateway, Streaming.Replace("fake/m", "both", StringComparison.Ordinal));
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(["1"], response.Headers.GetValues("x-conductor-fallbacks"));
        Assert.DoesNotContain("error", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_SlowFirstContent_HeadersAndPingsThenTheAnswer()
    {
        var gate = new TaskCompletionSource();
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var conductor = new ScriptedConductor(gate.Task);
        await using var gateway = await TestGateway.StartAsync(configure: services => services
            .Replace(ServiceDescriptor.Singleton<IConductor>(conductor))
            .Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));

        var sending = SendAsync(gateway);
        await conductor.Asked.WaitAsync(TimeSpan.FromSeconds(10));
        await AdvanceUntilAsync(clock, sending);
        using var response = await sending;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var ping = ReadUntilAsync(reader, ": ping");
        await AdvanceUntilAsync(clock, ping);
        gate.SetResult();
        var rest = await reader.ReadToEndAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.EndsWith("data: {\"piece\":1}\n\ndata: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_SlowFirstContentThenFailure_ErrorEventAfterHeaders()
    {
        var gate = new TaskCompletionSource();
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var conductor = new ScriptedConductor(gate.Task);
        await using var gateway = await TestGateway.StartAsync(configure: services => services
            .Replace(ServiceDescriptor.Singleton<IConductor>(conductor))
            .Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));

        var sending = SendAsync(gateway);
        await conductor.Asked.WaitAsync(TimeSpan.FromSeconds(10));
        await AdvanceUntilAsync(clock, sending);
        using var response = await sending;
        gate.SetException(Errors.ConductorErrors.NoModelAvailable("nothing here"));
        var text = await response.Content.ReadAsStringAsync();

        Assert.Contains("no_model_available", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Chat_ClientLeavesBeforeTheFirstByte_UpstreamStopsWithinASecond(bool isStreaming)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        await gateway.Client.GetAsync("/v1/models");
        upstream.Otherwise(FakeReply.Hang());
        using var left = new CancellationTokenSource();
        var body = Streaming.Replace("true", isStreaming ? "true" : "false", StringComparison.Ordinal);

        var asking = gateway.Client.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"), left.Token);
        RecordedRequest? seen = null;
        for (var i = 0; i < 1000 && seen is null; i++)
        {
            seen = upstream.Requests.FirstOrDefault(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal));
            await Task.Delay(10);
        }

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        await seen!.Aborted.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Stream_ClientThatReadsNothing_HoldsUpLittleAndIsCutOff()
    {
        var pulled = 0L;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var conductor = new ScriptedConductor(Task.CompletedTask) { Streamed = EndlessAsync() };
        await using var gateway = await TestGateway.StartAsync(configure: services => services
            .Replace(ServiceDescriptor.Singleton<IConductor>(conductor))
            .Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        using var client = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPAddress.Loopback, gateway.Address.Port);
        await client.SendAsync(Encoding.UTF8.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Streaming.Length}\r\n\r\n{Streaming}"));

        await AdvanceUntilAsync(clock, ended.Task);

        Assert.InRange(Interlocked.Read(ref pulled), 1, 2 * 1024 * 1024);

        async IAsyncEnumerable<ReadOnlyMemory<byte>> EndlessAsync()
        {
            var piece = Encoding.UTF8.GetBytes($"data: {new string('x', 4000)}\n\n");
            try
            {
                while (true)
                {
                    Interlocked.Add(ref pulled, piece.Length);
                    yield return piece;
                    await Task.Yield();
                }
            }
            finally
            {
                ended.TrySetResult();
            }
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(TestGateway gateway, string body = Streaming)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task ReadUntilAsync(StreamReader reader, string text)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The stream ended without '{text}'.");
    }

    /// <summary>Moves the clock second by second until the task is done: how many timers wait is the server's own business.</summary>
    private static async Task AdvanceUntilAsync(ManualTimeProvider clock, Task task)
    {
        for (var i = 0; i < 600 && !task.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(10));
        }

        await task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
