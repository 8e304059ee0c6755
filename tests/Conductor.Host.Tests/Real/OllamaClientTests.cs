using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Real;

/// <summary>The official client talks to the fake Ollama: what other tests stand on is faithful enough for the people who wrote the protocol.</summary>
public sealed class OllamaClientTests
{
    [SkippableFact]
    public async Task OfficialClient_UnderstandsTheFake()
    {
        var whyNot = NodeClient.WhyNoPackage("ollama");
        Skip.If(whyNot is not null, whyNot);
        await using var ollama = await FakeOllama.StartAsync();
        ollama.AddToRegistry(new FakeOllamaModel { Name = "tinyllama" });
        using var client = NodeClient.Start("ollama.mjs", ollama.BaseUrl, "llama3.2", "all-minilm", "tinyllama");

        var found = await client.ReadAsync();

        Assert.Equal("""{"text":"Hello from Ollama.","done":true,"reason":"stop","tokens":7}""", found.GetProperty("chat").GetRawText());
        Assert.Equal("""{"pieces":4,"text":"Hello from Ollama.","done":true}""", found.GetProperty("stream").GetRawText());
        Assert.Equal("[3,3]", found.GetProperty("embed").GetRawText());
        Assert.Equal(["all-minilm:latest", "llama3.2:latest"], Texts(found, "models"));
        Assert.Equal(["completion", "tools"], Texts(found, "capabilities"));
        Assert.Equal(["all-minilm:latest", "llama3.2:latest"], Texts(found, "running"));
        Assert.Equal("success", Texts(found, "pull")[^1]);
        Assert.Equal(404, found.GetProperty("error").GetProperty("status").GetInt32());
        Assert.Equal("model 'nothing' not found", found.GetProperty("error").GetProperty("text").GetString());
        Assert.Contains("file does not exist", found.GetProperty("pullError").GetString(), StringComparison.Ordinal);
    }

    private static List<string?> Texts(JsonElement found, string name) => [.. found.GetProperty(name).EnumerateArray().Select(text => text.GetString())];
}
