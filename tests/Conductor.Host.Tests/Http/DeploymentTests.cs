using System.Text;
using Conductor.Host.Endpoints;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>Azure's older addresses, where a deployment's name stands in the path.</summary>
public sealed class DeploymentTests
{
    [Theory]
    [InlineData("gpt-4o/chat/completions", "gpt-4o", "chat/completions")]
    [InlineData("openai/gpt-4o/Chat/Completions", "openai/gpt-4o", "chat/completions")]
    [InlineData("gpt/completions", "gpt", "completions")]
    [InlineData("a/b/embeddings", "a/b", "embeddings")]
    [InlineData("embeddings", null, null)]
    [InlineData("/embeddings", null, null)]
    [InlineData("gpt/images/generations", null, null)]
    [InlineData("gptembeddings", null, null)]
    public void Address_NameAndTask(string path, string? deployment, string? task) => Assert.Equal((deployment, task), DeploymentAddress.Read(path));

    [Theory]
    [InlineData("fake/m")]
    [InlineData("fast")]
    [InlineData("fake%2Fm")]
    public async Task Chat_DeploymentIsTheModel_WithItsOwnHeaderForTheKey(string deployment)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream);

        using var chat = await SendAsync(gateway, $"/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21", """{"messages":[{"role":"user","content":"hi"}]}""");
        using var named = await SendAsync(gateway, $"/openai/deployments/{deployment}/chat/completions", """{"model":"another","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Contains("Hello from fake.", await chat.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Hello from fake.", await named.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.All(
            upstream.Requests.Where(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal)),
            request => Assert.Equal("m", request.Json.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Embeddings_FloatsAndBase64_TokenIdsAsTheyAre()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream);

        using var response = await SendAsync(gateway, "/openai/deployments/fake/e/embeddings?api-version=1", """{"input":[[1,2],[3]],"dimensions":3}""");

        Assert.Contains("\"embedding\":[0.25,-0.5,1]", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("""{"model":"e","input":[[1,2],[3]],"dimensions":3}""", upstream.Requests[^1].BodyText);
    }

    [Fact]
    public async Task Unknown_TaskAndKey_AreErrorsInTheUsualShape()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream);

        using var task = await SendAsync(gateway, "/openai/deployments/fake/m/images/generations", "{}");
        using var stranger = await gateway.PostAsync("/openai/deployments/fake/m/chat/completions", "{}");

        await ErrorAssert.IsAsync(task, 404, "invalid_request_error", "not_found");
        await ErrorAssert.IsAsync(stranger, 401, "authentication_error", "invalid_api_key");
    }

    private static Task<TestGateway> StartAsync(FakeUpstream upstream) => TestGateway.StartAsync(
        $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""",
        models: "aliases: { fast: { targets: [ fake/m ] } }",
        tenants: """
            tenants: { acme: {} }
            keys: [ { tenant: acme, name: web, hash: "sha256:a55baf75906c1eb3b5f0e87e9f1759deda00d9f615738525962b9c38725f6ed9" } ]
            """);

    private static async Task<HttpResponseMessage> SendAsync(TestGateway gateway, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("api-key", "a key that nobody knows, 7c1");
        return await gateway.Client.SendAsync(request);
    }
}
