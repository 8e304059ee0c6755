using System.Text;
using Conductor.Plugins;
using Conductor.TestKit;

namespace Conductor.Providers.Anthropic.Tests;

public sealed class RawAndModelsTests
{
    private const string Body = """{ "model":"claude-sonnet-4-5", "max_tokens" : 10, "messages":[{"role":"user","content":"one two three"}] }""";

    [Fact]
    public async Task Raw_Message_GoesOutAndComesBackByteForByte()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Reply(FakeAnthropicReply.Bytes("""{"content":[] , "odd":1.0e0}"""u8.ToArray(), "application/json"));
        await using var provider = TestProvider.For(upstream.BaseUrl, ("beta:0", "one-2025-01-01"));

        await using var reply = await provider.RawAsync(RawEndpoint.Chat, Body, isStreaming: false, new("anthropic-version", "2026-10-21"), new("anthropic-beta", "two-2025-01-01, one-2025-01-01"));

        Assert.Equal("""{"content":[] , "odd":1.0e0}""", await ReadAsync(reply));
        Assert.StartsWith("req_fake", reply.UpstreamRequestId, StringComparison.Ordinal);
        Assert.Equal(Body, upstream.Requests[0].BodyText);
        Assert.Equal(("2026-10-21", "one-2025-01-01,two-2025-01-01"), (upstream.Requests[0].Headers["anthropic-version"], upstream.Requests[0].Headers["anthropic-beta"]));
    }

    [Fact]
    public async Task Raw_CountTokens_IsCounted()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl);

        await using var reply = await provider.RawAsync(RawEndpoint.CountTokens, """{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"one two three"}]}""");

        Assert.Equal("""{"input_tokens":3}""", await ReadAsync(reply));
        Assert.Equal("/v1/messages/count_tokens", upstream.Requests[0].Path);
    }

    [Fact]
    public async Task Raw_StreamLeftHalfRead_UpstreamSeesTheAbort()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        upstream.Reply(FakeAnthropicReply.Text("a").WaitFor(new TaskCompletionSource().Task));
        await using var provider = TestProvider.For(upstream.BaseUrl);

        var reply = await provider.RawAsync(RawEndpoint.Chat, Body.Replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"", StringComparison.Ordinal), isStreaming: true);
        await reply.Body.ReadExactlyAsync(new byte[64]);
        await reply.DisposeAsync();

        await upstream.Requests[0].Aborted.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("anthropic", RawEndpoint.Chat, true)]
    [InlineData("anthropic", RawEndpoint.CountTokens, true)]
    [InlineData("anthropic", RawEndpoint.Embeddings, false)]
    [InlineData("anthropic", RawEndpoint.Responses, false)]
    [InlineData("openai", RawEndpoint.Chat, false)]
    public async Task Raw_Supports_ItsOwnDialectOnly(string dialect, RawEndpoint endpoint, bool expected)
    {
        await using var provider = TestProvider.For("http://127.0.0.1:1");

        Assert.Equal(expected, provider.Provider.RawTransport!.Supports(dialect, endpoint));
    }

    [Fact]
    public async Task ListModels_Pages_AreReadToTheEnd()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream
            .Reply(FakeReply.Json("""{"data":[{"id":"claude-a","display_name":"A","max_input_tokens":200000,"max_tokens":64000,"capabilities":{"image_input":{"supported":false},"structured_outputs":{"supported":true},"thinking":{"supported":false}}}],"has_more":true,"last_id":"claude-a"}"""))
            .Reply(FakeReply.Json("""{"data":[{"id":"claude-b","lifecycle":"retired"},{"id":"claude-3-haiku"},{"id":"claude-a"}],"has_more":true,"last_id":"claude a/b"}"""))
            .Reply(FakeReply.Json("""{"data":[],"has_more":true,"last_id":"x"}"""));
        await using var provider = TestProvider.For(Root(upstream), ("models:0", "claude-mine"), ("models:1", "claude-*"));

        var models = await provider.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(["claude-a", "claude-3-haiku", "claude-mine"], models.Select(model => model.Id));
        Assert.Equal(("A", 200_000, 64_000), (models[0].DisplayName, models[0].ContextWindow, models[0].MaxOutputTokens));
        const ModelCapabilities Basic = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Tools;
        Assert.Equal(Basic | ModelCapabilities.JsonSchema, models[0].Capabilities);
        Assert.Equal(Basic | ModelCapabilities.Vision, models[1].Capabilities);
        Assert.Equal(Basic | ModelCapabilities.Vision | ModelCapabilities.JsonSchema | ModelCapabilities.Reasoning, models[2].Capabilities);
        Assert.Equal(3, upstream.Requests.Count);
    }

    [Fact]
    public async Task Health_IsToldByTheListOfModels()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        await using var good = TestProvider.For(upstream.BaseUrl);
        await using var bad = TestProvider.For(upstream.BaseUrl, TimeProvider.System, key: null);
        await using var gone = TestProvider.For("http://127.0.0.1:1");

        Assert.Equal(ProviderHealthStatus.Healthy, (await good.Provider.CheckHealthAsync(CancellationToken.None)).Status);
        Assert.Equal(ProviderHealthStatus.Unhealthy, (await bad.Provider.CheckHealthAsync(CancellationToken.None)).Status);
        Assert.Equal(ProviderHealthStatus.Unhealthy, (await gone.Provider.CheckHealthAsync(CancellationToken.None)).Status);
        Assert.Equal("/v1/models", upstream.Requests[0].Path.Split('?')[0]);
    }

    [Fact]
    public async Task Settings_Bearer_IsAnotherHeader()
    {
        await using var upstream = await FakeAnthropic.StartAsync();
        await using var provider = TestProvider.For(upstream.BaseUrl + "/v1/", ("auth", "bearer"), ("anthropic_version", "2026-10-21"), ("extra_headers:x-team", "t"));

        await provider.AskAsync();

        var headers = upstream.Requests[0].Headers;
        Assert.Equal(("Bearer sk-ant-secret-key", "2026-10-21", "t"), (headers["authorization"], headers["anthropic-version"], headers["x-team"]));
        Assert.False(headers.ContainsKey("x-api-key"));
    }

    [Theory]
    [InlineData("base_url", "ftp://x")]
    [InlineData("base_url", "http://u:p@x")]
    [InlineData("auth", "basic")]
    [InlineData("anthropic_version", "latest")]
    [InlineData("anthropic_version", "2023-06-01\n")]
    [InlineData("max_tokens", "0")]
    [InlineData("max_tokens", "many")]
    [InlineData("beta:0", "two words")]
    [InlineData("sampling:claude-*", "some")]
    [InlineData("extra_headers:x-api-key", "k")]
    [InlineData("proxy", "nonsense")]
    [InlineData("ca_file", "/nowhere/ca.pem")]
    public void Settings_Mistakes_AreToldByName(string name, string value)
    {
        if (name == "anthropic_version" && value.EndsWith('\n'))
        {
            value = "2023-06-01\r\nx: y";
        }

        var mistake = Assert.Throws<PluginSettingsException>(() => TestProvider.For(name == "base_url" ? null : "http://127.0.0.1:1", (name, value)));

        Assert.Contains($"providers.claude.{name.Split(':')[0]}", mistake.Message, StringComparison.Ordinal);
    }

    private static string Root(FakeUpstream upstream) => new Uri(upstream.BaseUrl).GetLeftPart(UriPartial.Authority);

    private static async Task<string> ReadAsync(RawReply reply)
    {
        using var all = new MemoryStream();
        await reply.Body.CopyToAsync(all);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
