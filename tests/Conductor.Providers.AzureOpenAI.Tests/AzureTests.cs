using Azure.Core;
using Azure.Identity;
using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Providers.AzureOpenAI.Tests;

public sealed class AzureTests
{
    [Theory]
    [InlineData("v1", "/openai/v1/chat/completions", "/openai/v1/embeddings")]
    [InlineData("classic", "/openai/deployments/my-4o/chat/completions?api-version=2024-10-21", "/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21")]
    public async Task Style_DecidesTheAddress(string style, string chat, string embeddings)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeAzure.Text("hello")).Reply(FakeAzure.Text("raw")).Reply(FakeReply.Embeddings());
        await using var test = TestProvider.For(upstream, settings: [("api_style", style), ("deployments:gpt-4o", "my-4o")]);

        Assert.Equal("hello", (await test.AskAsync()).Text);
        await test.RawAsync(isStreaming: false);
        await test.Provider.GetEmbeddingGenerator("text-embedding-3-small")!.GenerateAsync(["a"]);

        Assert.Equal([chat, chat, embeddings], upstream.Requests.Select(request => request.Path));
        Assert.Equal("azure-secret", upstream.Requests[0].Headers["api-key"]);
        Assert.False(upstream.Requests[0].Headers.ContainsKey("authorization"));
        Assert.Equal("my-4o", upstream.Requests[0].Json.GetProperty("model").GetString());
        var raw = upstream.Requests[1].BodyText;
        Assert.Equal($$"""{ "messages":[{"role":"user","content":"hi"}], "model" : "{{(style == "v1" ? "my-4o" : "gpt-4o")}}","x":"model" }""", raw);
    }

    [Fact]
    public async Task Endpoints_ThatTheStyleHas_AreOffered()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var v1 = TestProvider.For(upstream);
        await using var classic = TestProvider.For(upstream, settings: ("api_style", "classic"));

        Assert.True(v1.Provider.RawTransport!.Supports("responses", RawEndpoint.Responses));
        Assert.False(classic.Provider.RawTransport!.Supports("openai", RawEndpoint.Responses));
        Assert.True(classic.Provider.RawTransport.Supports("openai", RawEndpoint.Completions));
    }

    [Fact]
    public async Task Stream_Typed_IsTheTextAlone()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeAzure.Stream("hel", "lo"));
        await using var test = TestProvider.For(upstream);

        var answer = await test.Provider.GetChatClient("gpt-4o")!.GetStreamingResponseAsync("hi").ToChatResponseAsync();

        Assert.Equal(("hello", 9L, "chatcmpl-az"), (answer.Text, answer.Usage!.InputTokenCount, answer.ResponseId));
    }

    [Fact]
    public async Task Stream_Raw_EveryChunkButTheLastHasAChoiceWithADelta()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeAzure.Stream("hel", "lo"));
        await using var test = TestProvider.For(upstream);

        var events = (await test.RawAsync(isStreaming: true)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        var chunks = events[..^1].Select(text => System.Text.Json.JsonElement.Parse(text["data: ".Length..])).ToList();
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.All(chunks[..^1], chunk => Assert.True(chunk.GetProperty("choices")[0].TryGetProperty("delta", out _)));
        Assert.Equal(9, chunks[^1].GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("hello", string.Concat(chunks[..^1].Select(chunk => chunk.GetProperty("choices")[0].GetProperty("delta")).Select(delta => delta.TryGetProperty("content", out var text) ? text.GetString() : "")));
        Assert.Contains(chunks, chunk => chunk.GetProperty("choices") is { } choices && choices.GetArrayLength() > 0 && choices[0].TryGetProperty("content_filter_offsets", out _)); // still told
    }

    [Theory]
    [InlineData("""{"choices":[]}""", "")]
    [InlineData("""{"choices":[],"usage":null}""", "")]
    [InlineData("""{"choices":[{}]}""", """{"choices":[{"delta":{}}]}""")]
    [InlineData("""{"choices":[{"index":0},{ }]}""", """{"choices":[{"delta":{},"index":0},{"delta":{} }]}""")]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":1}}""", """{"choices":[],"usage":{"prompt_tokens":1}}""")]
    [InlineData("""{"error":{"code":"x"}}""", """{"error":{"code":"x"}}""")]
    [InlineData("""{"choices":[],"error":{"code":"x"}}""", """{"choices":[],"error":{"code":"x"}}""")]
    [InlineData("""{"choices":""", """{"choices":""")]
    [InlineData("[DONE]", "[DONE]")]
    public void Event_IsMendedOnlyWhereItMust(string data, string expected)
    {
        var raw = System.Text.Encoding.UTF8.GetBytes($"data: {data}\n\n");

        var mended = AzureEvents.Mend(System.Text.Encoding.UTF8.GetBytes(data), raw);

        Assert.Equal(expected.Length == 0 ? "" : $"data: {expected}\n\n", System.Text.Encoding.UTF8.GetString(mended.Span));
    }

    [Fact]
    public async Task Stream_LeftBehind_IsClosedAtOnce()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith(FakeStream.Endless());
        await using var test = TestProvider.For(upstream);
        var request = new RawRequest { Dialect = "openai", Endpoint = RawEndpoint.Chat, ModelId = "gpt-4o", Body = "{}"u8.ToArray(), IsStreaming = true };

        await using (var reply = await test.Provider.RawTransport!.SendAsync(request, CancellationToken.None))
        {
            await reply.Body.ReadExactlyAsync(new byte[500]);
        }

        await upstream.Requests[0].Aborted;
    }

    [Fact]
    public async Task Models_AreTheDeploymentsOfTheSettings()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = TestProvider.For(upstream, settings: [("deployments:o4-mini", "mini"), ("deployments:text-embedding-3-large", "emb"), ("models:0", "gpt-4o")]);

        var models = await test.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(["gpt-4o", "o4-mini", "text-embedding-3-large"], models.Select(model => model.Id).Order());
        Assert.Empty(upstream.Requests);
        Assert.Equal(ProviderHealthStatus.Healthy, (await test.Provider.CheckHealthAsync(CancellationToken.None)).Status);
        Assert.Equal("/openai/v1/models", upstream.Requests[0].Path);
    }

    [Fact]
    public async Task Reasoner_IsToldByTheModel_NotByItsDeployment()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = TestProvider.For(upstream, settings: ("deployments:o4-mini", "my-first"));

        var answer = await test.AskAsync("o4-mini", new ChatOptions { Temperature = 0.1f });

        Assert.Equal(["temperature"], DroppedParameters.Read(answer.AdditionalProperties));
        Assert.Equal("my-first", upstream.Requests[0].Json.GetProperty("model").GetString());
    }

    public static TheoryData<string, FakeReply, ProviderErrorKind> Errors => new()
    {
        { "no deployment", FakeAzure.NoDeployment(), ProviderErrorKind.ModelNotFound },
        { "no address", FakeAzure.Error(404, "404", "Resource not found"), ProviderErrorKind.ModelNotFound },
        { "wrong key", FakeAzure.WrongKey(), ProviderErrorKind.Credentials },
        { "wrong network", FakeAzure.Error(403, "AccessDenied", "Access denied due to Virtual Network/Firewall rules."), ProviderErrorKind.Credentials },
        { "rate", FakeAzure.TooManyRequests(TimeSpan.FromSeconds(7)), ProviderErrorKind.RateLimited },
        { "rate, by word", FakeAzure.Error(429, "RateLimitReached", "x"), ProviderErrorKind.RateLimited },
        { "filtered prompt", FakeAzure.Filtered(), ProviderErrorKind.ContentFilter },
        { "filtered prompt, by its inner code", FakeAzure.Filtered("BadRequest"), ProviderErrorKind.ContentFilter },
        { "context", FakeAzure.Error(400, "context_length_exceeded", "x"), ProviderErrorKind.ContextLengthExceeded },
        { "embedding as chat", FakeAzure.Error(400, "OperationNotSupported", "x"), ProviderErrorKind.Unsupported },
        { "wrong value", FakeAzure.Error(400, "unsupported_value", "x"), ProviderErrorKind.Unsupported },
        { "wrong request", FakeAzure.Error(400, "BadRequest", "x"), ProviderErrorKind.InvalidRequest },
        { "slow", FakeAzure.Error(408, "Timeout", "x"), ProviderErrorKind.Timeout },
        { "behind", FakeAzure.Error(424, "ModelError", "x"), ProviderErrorKind.ServerError },
        { "failed", FakeAzure.Error(500, "InternalServerError", "x"), ProviderErrorKind.ServerError },
        { "overloaded", FakeAzure.Error(503, "ServiceUnavailable", "x"), ProviderErrorKind.Overloaded },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Error_MeansWhatTheTableSays(string what, FakeReply reply, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(reply);
        await using var test = TestProvider.For(upstream);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.AskAsync());

        Assert.Equal((kind, "apim-1"), (failure.Kind, failure.UpstreamRequestId));
        Assert.DoesNotContain("azure-secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(what == "rate" ? 7 : null, failure.RetryAfter?.TotalSeconds);
        Assert.Equal(what == "no deployment", failure.Advice is not null);
    }

    [Fact]
    public async Task Entra_TokenIsTheKey_AndAskedForOnce()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var credential = new FakeCredential(() => new AccessToken("tok-1", DateTimeOffset.UtcNow.AddHours(1)));
        await using var test = TestProvider.For(upstream, key: null, services => services.AddSingleton<TokenCredential>(credential), ("auth", "entra"));

        await test.AskAsync();
        await test.AskAsync();

        Assert.Equal(["Bearer tok-1", "Bearer tok-1"], upstream.Requests.Select(request => request.Headers["authorization"]));
        Assert.Equal(["https://cognitiveservices.azure.com/.default"], credential.Scopes);
    }

    [Fact]
    public async Task Entra_TokenThatEndsSoon_IsRenewed_AndNoneIsACredentialsFailure()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var credential = new FakeCredential(() => new AccessToken("tok", DateTimeOffset.UtcNow.AddMinutes(1)));
        await using var test = TestProvider.For(upstream, key: null, services => services.AddSingleton<TokenCredential>(credential), ("auth", "entra"));
        var none = new FakeCredential(() => throw new CredentialUnavailableException("SECRET-PLACE"));
        await using var without = TestProvider.For(upstream, key: null, services => services.AddSingleton<TokenCredential>(none), ("auth", "entra"));

        await test.AskAsync();
        await test.AskAsync();
        var failure = await Assert.ThrowsAsync<ProviderException>(() => without.AskAsync());

        Assert.Equal(2, credential.Scopes.Count);
        Assert.Equal(ProviderErrorKind.Credentials, failure.Kind);
        Assert.DoesNotContain("SECRET-PLACE", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api_style", "v2", "v1, classic")]
    [InlineData("api_version", "yesterday", "2024-10-21")]
    [InlineData("api_version", "2023-05-15", "2024-09-01")]
    [InlineData("auth", "none", "key, entra")]
    [InlineData("auth", "entra", "a key is given")]
    [InlineData("deployments:gpt-4o", " ", "must be a text")]
    public void Mistakes_AreToldWithTheirPlace(string member, string value, string says)
    {
        var mistake = Assert.Throws<PluginSettingsException>(() => AzureSettings.Read(TestProvider.Context("https://r.openai.azure.com", "k", (member, value))));

        Assert.Contains("providers.azure." + member.Replace(':', '.'), mistake.Message, StringComparison.Ordinal);
        Assert.Contains(says, mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://r.openai.azure.com")]
    [InlineData("https://r.openai.azure.com/")]
    [InlineData("https://r.openai.azure.com/openai/v1")]
    [InlineData("https://r.openai.azure.com/openai/v1/")]
    public void BaseUrl_MayBeEitherAddress(string url) =>
        Assert.Equal("https://r.openai.azure.com/", AzureSettings.Read(TestProvider.Context(url, null)).Http.BaseUrl.AbsoluteUri);

    private sealed class FakeCredential(Func<AccessToken> give) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new(give());
        }
    }
}
