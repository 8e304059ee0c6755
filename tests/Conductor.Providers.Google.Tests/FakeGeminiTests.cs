using System.Text;
using System.Text.Json.Nodes;
using Conductor.TestKit;

namespace Conductor.Providers.Google.Tests;

/// <summary>The fake is as strict as the server that it stands for.</summary>
public sealed class FakeGeminiTests
{
    [Theory]
    [InlineData("gemini-2.5-flash:generateContent", """{"contents":[{"parts":[{"text":"x"}]}],"odd":1}""", 400, "Unknown name")]
    [InlineData("gemini-2.5-flash:generateContent", """{"contents":[]}""", 400, "contents is not specified")]
    [InlineData("gemini-2.5-flash:generateContent", """{"contents":[{"parts":[]}]}""", 400, "must not be empty")]
    [InlineData("gemini-2.5-flash:generateContent", "{", 400, "Invalid JSON")]
    [InlineData("gemini-9:generateContent", "{}", 404, "is not found")]
    [InlineData("gemini-2.5-flash:embedContent", "{}", 404, "not supported for embedContent")]
    [InlineData("gemini-3-pro:generateContent", """{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"parts":[{"functionResponse":{"name":"f","response":{}}}]}]}""", 400, "missing a thought_signature")]
    [InlineData("gemini-3-pro:generateContent", """{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"AAAA"}]},{"parts":[{"functionResponse":{"name":"f","response":{}}}]}]}""", 400, "Invalid thought signature")]
    [InlineData("gemini-2.5-flash:generateContent", """{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"parts":[{"text":"x"}]}]}""", 400, "number of function response parts")]
    [InlineData("gemini-embedding-001:batchEmbedContents", """{"requests":[{"model":"models/other","content":{}}]}""", 400, "models of a batch")]
    public async Task Request_Wrong_IsRefusedAsGoogleDoes(string path, string body, int status, string text)
    {
        await using var google = await FakeGemini.StartAsync();

        var (code, answer) = await PostAsync(google, path, body);

        Assert.Equal(status, code);
        Assert.Contains(text, (string?)JsonNode.Parse(answer)!["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_WithoutAltSse_IsOneArray()
    {
        await using var google = await FakeGemini.StartAsync();

        var (_, array) = await PostAsync(google, "gemini-2.5-flash:streamGenerateContent", """{"contents":[{"parts":[{"text":"x"}]}]}""");
        var (_, events) = await PostAsync(google, "gemini-2.5-flash:streamGenerateContent?alt=sse", """{"contents":[{"parts":[{"text":"x"}]}]}""");

        var pieces = JsonNode.Parse(array)!.AsArray();
        Assert.Equal("STOP", (string?)pieces[^1]!["candidates"]![0]!["finishReason"]);
        Assert.All(pieces, piece => Assert.NotNull(piece!["usageMetadata"]));
        Assert.Equal(pieces.Count, events.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static async Task<(int Status, string Body)> PostAsync(FakeGemini google, string path, string body)
    {
        using var client = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri($"{google.BaseUrl}/v1beta/models/{path}"), content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
