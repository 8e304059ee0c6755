using System.Net.Http.Json;
using System.Text;
using Conductor.TestKit;

namespace Conductor.Providers.OpenAICompatible.Tests;

public sealed class FakeUpstreamTests
{
    private static StringContent Chat(bool stream) => new(
        stream ? """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[]}""" : """{"model":"m","messages":[]}""",
        Encoding.UTF8,
        "application/json");

    [Fact]
    public async Task Upstream_WithoutScript_AnswersChatAndRecordsTheRequest()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        using var client = new HttpClient();

        using var reply = await client.PostAsync(upstream.BaseUrl + "/chat/completions", Chat(stream: false));

        var text = await reply.Content.ReadAsStringAsync();
        Assert.Contains("Hello from fake.", text, StringComparison.Ordinal);
        var request = Assert.Single(upstream.Requests);
        Assert.Equal("/v1/chat/completions", request.Path);
        Assert.Equal("m", request.Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Upstream_TextForAStream_ComesInPiecesWithUsageAndEndMark()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith("one two three", new FakeUsage(7, 3));
        using var client = new HttpClient();

        using var reply = await client.PostAsync(upstream.BaseUrl + "/chat/completions", Chat(stream: true));

        var text = await reply.Content.ReadAsStringAsync();
        Assert.Contains("\"total_tokens\":10", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_ClientLeavesAStalledStream_AbortIsSeen()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Role().Chunk("he").Stall());
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, upstream.BaseUrl + "/chat/completions") { Content = Chat(stream: true) };

        var reply = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        reply.Dispose();

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.True(upstream.Requests[0].IsAborted);
    }

    [Fact]
    public async Task Upstream_ResetMidStream_ClientSeesABrokenConnectionAndNoAbortIsRecorded()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(new FakeStream().Role().Chunk("he").Reset());
        using var client = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync(upstream.BaseUrl + "/chat/completions", Chat(stream: true)));

        await upstream.Requests[0].Completed;
        Assert.False(upstream.Requests[0].IsAborted);
    }

    [Fact]
    public async Task Upstream_Models_ListsTheScriptedOnes()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Models("a", "b"));
        using var client = new HttpClient();

        var list = await client.GetFromJsonAsync<System.Text.Json.JsonElement>(upstream.BaseUrl + "/models");

        Assert.Equal(2, list.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public void Clock_Advance_FiresTimersInOrderAtTheirOwnMoment()
    {
        var clock = new ManualTimeProvider();
        var fired = new List<(string Name, DateTimeOffset At)>();
        using var late = clock.CreateTimer(_ => fired.Add(("late", clock.GetUtcNow())), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var early = clock.CreateTimer(_ => fired.Add(("early", clock.GetUtcNow())), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["early", "early", "late"], fired.Select(entry => entry.Name));
        Assert.Equal(clock.GetUtcNow() - TimeSpan.FromSeconds(3), fired[0].At);
    }
}
