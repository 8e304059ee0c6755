using System.Net;
using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

public class DrainTests
{
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""";

    [Fact]
    public async Task Drain_CallInFlight_EndsWhileNewOnesAreRefused()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.After(gate.Task, FakeReply.Text("late")));
        await using var gateway = await TestGateway.StartAsync($$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", models: [ m ] } }""");

        var inFlight = gateway.PostAsync("/v1/chat/completions", Chat);
        await ChatTests.WaitForChatAsync(upstream);
        var draining = gateway.App.DrainAsync();
        using var refused = await gateway.PostAsync("/v1/chat/completions", Chat);
        using var live = await gateway.Client.GetAsync("/livez");
        using var ready = await gateway.Client.GetAsync("/readyz");
        gate.SetResult();
        using var answered = await inFlight;

        await ErrorAssert.IsAsync(refused, 503, "overloaded_error", "shutting_down");
        Assert.True(refused.Headers.ConnectionClose);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("late", await answered.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await draining);
    }

    [Fact]
    public async Task Drain_CallThatDoesNotEnd_CutAfterTheLimit()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Hang());
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            server: { drain_timeout: 1s }
            providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", models: [ m ] } }
            """);

        var inFlight = gateway.Client.PostAsync("/v1/chat/completions", new StringContent(Chat, Encoding.UTF8, "application/json"));
        var seen = await ChatTests.WaitForChatAsync(upstream);
        var isDrained = await gateway.App.DrainAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.False(isDrained);
        await seen.Aborted.WaitAsync(TimeSpan.FromSeconds(5));
        using var cut = await inFlight;
        await ErrorAssert.IsAsync(cut, 503, "overloaded_error", "shutting_down");
    }

    [Fact]
    public async Task Drain_StreamThatDoesNotEnd_EndsWithAnErrorEventAndNoDone()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("so far").WaitFor(new TaskCompletionSource().Task).Finish().Done()));
        await using var gateway = await TestGateway.StartAsync(
            $$"""
            server: { drain_timeout: 1s }
            providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", models: [ m ] } }
            """);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent("""{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json"),
        };

        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var reading = response.Content.ReadAsStringAsync();
        var isDrained = await gateway.App.DrainAsync().WaitAsync(TimeSpan.FromSeconds(10));
        var text = await reading.WaitAsync(TimeSpan.FromSeconds(5));

        Assert.False(isDrained);
        Assert.Contains("so far", text, StringComparison.Ordinal);
        Assert.Contains("\"shutting_down\"", text[text.LastIndexOf("data: ", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }
}
