using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Real;

/// <summary>The official npm client `ollama`, told nothing but the host, in front of a scripted target of another dialect. Skipped, with the reason, where it is missing.</summary>
public sealed class OllamaInboundNodeTests
{
    [SkippableFact]
    public async Task OfficialClient_EverythingItCanAskFor_Works()
    {
        Skip.If(NodeClient.WhyNoPackage("ollama") is not null, NodeClient.WhyNoPackage("ollama"));
        await using var upstream = (await FakeUpstream.StartAsync()).Otherwise(FakeReply.Choose(request => Encoding.UTF8.GetString(request.Body) switch
        {
            var body when body.Contains("\"model\":\"tools\"", StringComparison.Ordinal) => body.Contains("\"role\":\"tool\"", StringComparison.Ordinal)
                ? FakeReply.Text("It is warm.")
                : FakeReply.ToolCalls(new FakeToolCall("c1", "get_weather", """{"city":"Bern"}"""), new FakeToolCall("c2", "get_weather", """{"city":"Basel"}""")),
            var body when body.Contains("\"model\":\"slow\"", StringComparison.Ordinal) => FakeReply.Stream(FakeStream.Endless()),
            _ when request.Path.EndsWith("/models", StringComparison.Ordinal) => FakeReply.Models("m", "tools", "slow"),
            _ when request.Path.Contains("/embeddings", StringComparison.Ordinal) => FakeReply.Embeddings(),
            _ => FakeReply.Text("Hello from fake."),
        }));
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""");

        using var client = NodeClient.Start("ollama-gateway.mjs", gateway.Address.ToString(), "fake/m", "fake/tools", "fake/e", "fake/slow");
        var found = await client.ReadAsync();

        // The script still lives: it is abort() that stops the model.
        await upstream.Requests.Last(request => Encoding.UTF8.GetString(request.Body).Contains("\"slow\"", StringComparison.Ordinal)).Aborted.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(("Hello from fake.", "stop", true), (found.GetProperty("chat").GetProperty("text").GetString(), found.GetProperty("chat").GetProperty("reason").GetString(), found.GetProperty("chat").GetProperty("tokens").GetBoolean()));
        foreach (var name in (string[])["stream", "generate", "generateStream"])
        {
            Assert.Equal("Hello from fake.", found.GetProperty(name).GetString());
        }

        Assert.Equal(["""get_weather:{"city":"Bern"}""", """get_weather:{"city":"Basel"}"""], found.GetProperty("calls").EnumerateArray().Select(call => call.GetString()));
        Assert.Equal("It is warm.", found.GetProperty("toolText").GetString());
        Assert.Equal("[[0.25,-0.5,1],[0.25,-0.5,1]]", found.GetProperty("embed").GetRawText());
        Assert.Equal("[0.25,-0.5,1]", found.GetProperty("embeddings").GetRawText());
        Assert.Contains("fake/m", found.GetProperty("list").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(0, found.GetProperty("ps").GetInt32());
        Assert.Equal(("ResponseError", 404), (found.GetProperty("error").GetProperty("name").GetString(), found.GetProperty("error").GetProperty("status").GetInt32()));
        Assert.Contains("nobody", found.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal(50, found.GetProperty("many").GetInt32());
        Assert.InRange(found.GetProperty("abort").GetInt32(), 3, 1000); // what had come already is read on
        Assert.Equal("AbortError", found.GetProperty("aborted").GetString());
    }
}
