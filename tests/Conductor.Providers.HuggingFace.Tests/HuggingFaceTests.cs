using Conductor.Plugins;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.HuggingFace.Tests;

public sealed class HuggingFaceTests
{
    [Fact]
    public async Task Chat_GoesToTheRouter_WithKeyAndPayer()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.ReplyWith("hello").ReplyWith(FakeStream.Of("he", "y"));
        await using var test = TestProvider.For(upstream, ("bill_to", "acme"));
        var chat = test.Provider.GetChatClient("org/model:fastest")!;

        Assert.Equal("hello", (await chat.GetResponseAsync("hi")).Text);
        Assert.Equal("hey", (await chat.GetStreamingResponseAsync("hi").ToChatResponseAsync()).Text);

        Assert.Equal("/v1/chat/completions", upstream.Requests[0].Path);
        Assert.Equal("org/model:fastest", upstream.Requests[0].Json.GetProperty("model").GetString());
        Assert.Equal(("Bearer hf_secret", "acme"), (upstream.Requests[0].Headers["authorization"], upstream.Requests[0].Headers["x-hf-bill-to"]));
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("https://router.huggingface.co/v1", null, false)]
    [InlineData("https://abc.endpoints.huggingface.cloud", null, true)]
    [InlineData("http://127.0.0.1:8080/v1/", null, true)]
    [InlineData("http://127.0.0.1:8080", "router", false)]
    public void Style_IsToldByTheAddress_UnlessTheSettingsDo(string? url, string? style, bool isDedicated)
    {
        var settings = HuggingFaceSettings.Read(TestProvider.Context([.. new[] { ("base_url", url), ("api_style", style) }.Where(row => row.Item2 is not null).Select(row => (row.Item1, row.Item2!))]));

        Assert.Equal(isDedicated, settings.IsDedicated);
        Assert.False(settings.Http.BaseUrl.AbsoluteUri.EndsWith("v1/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Raw_ChatOfTheRouter_AndMoreOfADedicatedEndpoint()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var router = TestProvider.For(upstream);
        await using var dedicated = TestProvider.For(upstream, ("api_style", "dedicated"));

        Assert.True(router.Provider.RawTransport!.Supports("openai", RawEndpoint.Chat));
        Assert.False(router.Provider.RawTransport.Supports("openai", RawEndpoint.Embeddings));
        Assert.True(dedicated.Provider.RawTransport!.Supports("openai", RawEndpoint.Embeddings));
        Assert.Equal(3, (await dedicated.Provider.GetEmbeddingGenerator("m")!.GenerateAsync(["a"]))[0].Vector.Length);
        Assert.Equal("/v1/embeddings", upstream.Requests[0].Path);
    }

    public static TheoryData<string, FakeReply, string[], float[][]> Shapes => new()
    {
        { "one vector", FakeHub.Features(1, 2), ["a"], [[1, 2]] },
        { "a batch of one", FakeHub.Features([[1, 2]]), ["a"], [[1, 2]] },
        { "a batch", FakeHub.Features([[1, 2], [3, 4]]), ["a", "b"], [[1, 2], [3, 4]] },
        { "the tokens of one text", FakeHub.Features([[1, 2], [3, 6]]), ["a"], [[2, 4]] },
        { "the tokens of a batch of one", FakeHub.TokenFeatures([[[1, 2], [3, 6]]]), ["a"], [[2, 4]] },
        { "the tokens of a batch", FakeHub.TokenFeatures([[[1, 2], [3, 6]], [[5, 5]]]), ["a", "b"], [[2, 4], [5, 5]] },
        { "the tokens of a batch, wrapped", FakeReply.Json("[[[[1,2],[3,6]],[[5,5]]]]"), ["a", "b"], [[2, 4], [5, 5]] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Vectors_OfEveryShape_AreOnePerText(string what, FakeReply reply, string[] inputs, float[][] expected)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(reply);
        await using var test = TestProvider.For(upstream);

        var vectors = await test.Provider.GetEmbeddingGenerator("org/a model")!.GenerateAsync(inputs);

        Assert.NotEmpty(what);
        Assert.Equal(expected, vectors.Select(vector => vector.Vector.ToArray()));
        Assert.Null(vectors.Usage); // estimated by whoever asked
        Assert.Equal("/hf-inference/models/org/a%20model/pipeline/feature-extraction", upstream.Requests[0].Path.Replace("/a model/", "/a%20model/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[\"a\"]")]
    [InlineData("[[1,2],[3]]")]
    [InlineData("[[1,null]]")]
    [InlineData("[[[1],[1,2]]]")]
    [InlineData("[[1,2],[3,4],[5,6]]")]
    [InlineData("not json")]
    public async Task Vectors_ThatAreNone_AreNoAnswer(string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Json(body));
        await using var test = TestProvider.For(upstream);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.GetEmbeddingGenerator("m")!.GenerateAsync(["a", "b"]));

        Assert.Equal(ProviderErrorKind.InvalidResponse, failure.Kind);
    }

    [Fact]
    public async Task Vectors_OfAnotherLength_CannotBeAsked()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = TestProvider.For(upstream);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.GetEmbeddingGenerator("m")!.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 8 }));

        Assert.Equal((ProviderErrorKind.Unsupported, "dimensions"), (failure.Kind, failure.Param));
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData("../../v1/models")]
    [InlineData("a//b")]
    public async Task ModelNames_ThatLeadElsewhere_AreNoModels(string model)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var test = TestProvider.For(upstream);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.GetEmbeddingGenerator(model)!.GenerateAsync(["a"]));

        Assert.Equal(ProviderErrorKind.ModelNotFound, failure.Kind);
        Assert.Empty(upstream.Requests);
    }

    public static TheoryData<string, FakeReply, ProviderErrorKind> Errors => new()
    {
        { "text", FakeReply.Status(400, """{"error":"CANARY inputs must be text"}"""), ProviderErrorKind.InvalidRequest },
        { "list of texts", FakeReply.Status(400, """{"error":["CANARY"],"warnings":["w"]}"""), ProviderErrorKind.InvalidRequest },
        { "object", FakeReply.Status(400, """{"error":{"message":"CANARY","type":"invalid_request_error","code":"invalid_value"}}"""), ProviderErrorKind.InvalidRequest },
        { "message", FakeReply.Status(422, """{"message":"CANARY"}"""), ProviderErrorKind.InvalidRequest },
        { "detail", FakeReply.Status(422, """{"detail":[{"msg":"CANARY"}]}"""), ProviderErrorKind.InvalidRequest },
        { "problem", FakeReply.Bytes(400, """{"type":"about:blank","title":"CANARY","status":400,"detail":"CANARY"}"""u8.ToArray(), "application/problem+json"), ProviderErrorKind.InvalidRequest },
        { "plain text", FakeReply.Bytes(400, "CANARY: this model's maximum context length is 512 tokens"u8.ToArray(), "text/plain"), ProviderErrorKind.ContextLengthExceeded },
        { "key", FakeReply.Status(401, """{"error":"Invalid credentials in Authorization header"}"""), ProviderErrorKind.Credentials },
        { "right", FakeReply.Status(403, """{"error":"This authentication method does not have sufficient permissions"}"""), ProviderErrorKind.Credentials },
        { "credits", FakeReply.Status(402, """{"error":"You have exceeded your monthly included credits"}"""), ProviderErrorKind.QuotaExhausted },
        { "no model", FakeReply.Status(404, """{"error":"Model x/y does not exist"}"""), ProviderErrorKind.ModelNotFound },
        { "no provider for it", FakeReply.Status(400, """{"error":{"message":"The requested model is not supported by any provider you have enabled.","code":"model_not_supported"}}"""), ProviderErrorKind.ModelNotFound },
        { "too long, TGI", FakeReply.Status(422, """{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"}"""), ProviderErrorKind.ContextLengthExceeded },
        { "too long, TEI", FakeReply.Status(413, """{"error":"Input validation error: `inputs` must have less than 512 tokens","error_type":"Validation"}"""), ProviderErrorKind.ContextLengthExceeded },
        { "rate", FakeReply.Status(429, """{"error":"Rate limit reached"}"""), ProviderErrorKind.RateLimited },
        { "failed", FakeReply.Status(500, """{"error":"CANARY"}"""), ProviderErrorKind.ServerError },
        { "bad gateway", FakeReply.Bytes(502, "<html>CANARY</html>"u8.ToArray(), "text/html"), ProviderErrorKind.ServerError },
        { "loading", FakeHub.Loading(), ProviderErrorKind.Overloaded },
        { "loading, of old", FakeReply.Status(500, """{"error":"Model m is currently loading"}"""), ProviderErrorKind.Overloaded },
        { "paused endpoint", FakeReply.Status(503, """{"error":"503 Service Unavailable"}"""), ProviderErrorKind.Overloaded },
        { "slow", FakeReply.Status(504, ""), ProviderErrorKind.Timeout },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Error_OfEveryShape_MeansWhatTheTableSays(string what, FakeReply reply, ProviderErrorKind kind)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(reply);
        await using var test = TestProvider.For(upstream);

        var failure = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.GetChatClient("x/y")!.GetResponseAsync("hi"));

        Assert.NotEmpty(what);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("CANARY", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hf_secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_OfTheRouter_AndThoseOfTheSettings()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Reply(FakeReply.Models("meta-llama/Llama-3.3-70B-Instruct"));
        await using var test = TestProvider.For(
            upstream, ("models:0", "BAAI/bge-small-en-v1.5"), ("operations:entity_extraction", "dslim/bert-base-NER"), ("operations:sentiment_analysis", "x/sentiment"));

        var models = (await test.Provider.ListModelsAsync(CancellationToken.None)).ToDictionary(model => model.Id);

        Assert.True(models["meta-llama/Llama-3.3-70B-Instruct"].Capabilities.HasFlag(ModelCapabilities.Chat));
        Assert.Equal(ModelCapabilities.Embeddings, models["BAAI/bge-small-en-v1.5"].Capabilities);
        Assert.Equal(["entity_extraction"], models["dslim/bert-base-NER"].Operations);
        Assert.Equal(["entity_extraction", "sentiment_analysis"], test.Provider.Engines.Select(engine => engine.Operation).Order());
        Assert.Equal(ProviderHealthStatus.Healthy, (await test.Provider.CheckHealthAsync(CancellationToken.None)).Status);
    }

    [Fact]
    public void Operation_ThatNoModelOfTheHubRuns_IsAMistake()
    {
        var mistake = Assert.Throws<PluginSettingsException>(() => HuggingFaceSettings.Read(TestProvider.Context(("operations:response_generation", "x"))));

        Assert.Contains("providers.hub.operations.response_generation", mistake.Message, StringComparison.Ordinal);
    }
}
