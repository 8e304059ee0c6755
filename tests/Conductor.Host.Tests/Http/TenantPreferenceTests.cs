using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>Calls that name no model, over HTTP: a tenant's go where it prefers, everybody else's where the configuration says.</summary>
public sealed class TenantPreferenceTests : IAsyncLifetime
{
    private const string AcmeKey = "a-long-random-key-of-acme-0123456789";
    private const string GlobexKey = "a-long-random-key-of-globex-0123456789";

    private FakeUpstream _a = null!;
    private FakeUpstream _b = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        (_a, _b) = (await FakeUpstream.StartAsync(), await FakeUpstream.StartAsync());
        _gateway = await TestGateway.StartAsync(
            $$"""
            providers:
              a: { plugin: openai-compatible, base_url: "{{_a.BaseUrl}}", price: free }
              b: { plugin: openai-compatible, base_url: "{{_b.BaseUrl}}", price: free }
            defaults: { model: a/m }
            """,
            tenants: $$"""
            tenants:
              acme:
                model_preferences:
                  chat: { primary_provider: b, primary_model: n, fallback_providers: [ a ] }
                  summarization: { primary_provider: b, primary_model: n }
              globex: {}
            keys:
              - { tenant: acme, name: k, key: "{{AcmeKey}}" }
              - { tenant: globex, name: k, key: "{{GlobexKey}}" }
            """);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }

    [Theory]
    [InlineData(AcmeKey, "", "b")]
    [InlineData(AcmeKey, "\"model\":\"auto\",", "b")]
    [InlineData(AcmeKey, "\"model\":\"a/m\",", "a")]
    [InlineData(GlobexKey, "", "a")]
    public async Task Chat_GoesWhereItsTenantPrefers(string key, string model, string provider)
    {
        using var response = await SendAsync("/v1/chat/completions", key, $$"""{{{model}}"messages":[{"role":"user","content":"hi"}]}""");

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal([provider], response.Headers.GetValues("x-conductor-provider"));
    }

    [Fact]
    public async Task Operation_GoesWhereItsTenantPrefers()
    {
        _b.ReplyWith("""{"summary":"short","key_points":[]}""");

        using var response = await SendAsync("/v1/operations/summarization", AcmeKey, """{"text":"A long text that says many things about many matters, at length."}""");

        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        Assert.Equal(["b"], response.Headers.GetValues("x-conductor-provider"));
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("authorization", $"Bearer {key}");
        return await _gateway.Client.SendAsync(request);
    }
}
