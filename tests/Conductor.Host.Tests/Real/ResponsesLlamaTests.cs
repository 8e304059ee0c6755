using System.Net.Http.Json;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Tests.Shared;

namespace Conductor.Host.Tests.Real;

/// <summary>The gateway's Responses API over a server's chats, beside that server's own Responses API: the same model has to say the same, event by event. Skipped, with the reason, where the server is missing.</summary>
public sealed class ResponsesLlamaTests(StoryServer chat) : IClassFixture<StoryServer>
{
    [SkippableFact]
    public async Task SameModel_SaysTheSameThroughBoth()
    {
        Skip.If(chat.WhyNot is not null, chat.WhyNot);
        await using var gateway = await TestGateway.StartAsync($$"""providers: { llama: { plugin: openai-compatible, base_url: "{{chat.BaseUrl}}" } }""");

        var own = await EventsAsync(gateway.Client, new Uri($"{chat.BaseUrl}/responses"), LlamaServer.Model);
        var ours = await EventsAsync(gateway.Client, new Uri(gateway.Address, "/v1/responses"), "llama/" + LlamaServer.Model);

        Assert.Equal(Steps(own), Steps(ours));
        Assert.Equal(TextOf(own), TextOf(ours));
        Assert.NotEmpty(TextOf(ours));
        // The server calls an answer complete that its limit cut; the API does not.
        Assert.Equal("response.incomplete", ours[^1].GetProperty("type").GetString());
        var (theirUsage, ourUsage) = (UsageOf(own), UsageOf(ours));
        Assert.Equal((theirUsage.GetProperty("input_tokens").GetInt32(), theirUsage.GetProperty("output_tokens").GetInt32()), (ourUsage.GetProperty("input_tokens").GetInt32(), ourUsage.GetProperty("output_tokens").GetInt32()));
    }

    private static async Task<List<JsonElement>> EventsAsync(HttpClient client, Uri address, string model)
    {
        using var response = await client.PostAsJsonAsync(address, new { model, input = "Once upon a time", max_output_tokens = 12, temperature = 0, stream = true });
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return [.. text.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]))];
    }

    /// <summary>The kinds of events but for the last, neighbours of one kind once: two servers may cut one text differently.</summary>
    private static List<string> Steps(List<JsonElement> events)
    {
        var steps = new List<string>();
        foreach (var type in events.SkipLast(1).Select(item => item.GetProperty("type").GetString()!))
        {
            if (steps.LastOrDefault() != type)
            {
                steps.Add(type);
            }
        }

        return steps;
    }

    private static string TextOf(List<JsonElement> events) =>
        string.Concat(events.Where(item => item.GetProperty("type").GetString() == "response.output_text.delta").Select(item => item.GetProperty("delta").GetString()));

    private static JsonElement UsageOf(List<JsonElement> events) => events[^1].GetProperty("response").GetProperty("usage");
}
