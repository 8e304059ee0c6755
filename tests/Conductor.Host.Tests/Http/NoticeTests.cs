using Conductor.Calls;
using Conductor.Host.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Conductor.Host.Tests.Http;

public class NoticeTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Question = """{"input":"hello","model":"any"}""";

    [Fact]
    public async Task Embeddings_WithNotices_InAHeaderOfPrintableAsciiAndShort()
    {
        await using var gateway = await StartAsync("Read in two windows \u2013 averaged.", new string('n', 500), new string('m', 500));

        using var response = await gateway.PostAsync("/v1/embeddings", Question);

        var header = Assert.Single(response.Headers.GetValues("x-conductor-notices"));
        Assert.StartsWith("Read in two windows %E2%80%93 averaged. nnn", header, StringComparison.Ordinal);
        Assert.InRange(header.Length, 512, 520);
    }

    [Fact]
    public async Task Embeddings_WithoutNotices_NoHeader()
    {
        await using var gateway = await StartAsync();

        using var response = await gateway.PostAsync("/v1/embeddings", Question);

        Assert.True(response.IsSuccessStatusCode);
        Assert.False(response.Headers.Contains("x-conductor-notices"));
    }

    [Fact]
    public async Task Operation_NothingToSay_EmptyArray()
    {
        using var response = await shared.Gateway.PostAsync("/v1/operations/sentiment_analysis", """{"text":"What a wonderful, lovely day!","language":"en"}""");

        var body = System.Text.Json.JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(System.Text.Json.JsonValueKind.Array, body.GetProperty("metadata").GetProperty("notices").ValueKind);
    }

    private static Task<TestGateway> StartAsync(params string[] notices) => TestGateway.StartAsync(configure: services => services.Replace(
        ServiceDescriptor.Singleton<IConductor>(new ScriptedConductor(Task.CompletedTask)
        {
            Embedded = new EmbeddingOutcome { Provider = "scripted", Model = "m", Vectors = [new float[] { 1, 2 }], Notices = notices },
        })));
}
