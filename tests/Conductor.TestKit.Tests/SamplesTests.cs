using Conductor.Tests.Shared;

namespace Conductor.TestKit.Tests;

/// <summary>The plugins of samples/, built on their own as somebody else's would be, in the kit.</summary>
public sealed class SamplesTests
{
    [Fact]
    public async Task EchoProvider_Passes()
    {
        using var build = await SampleBuild.CreateAsync(Plugins.Repository, "EchoProvider");

        var report = await RunAsync(build);

        report.RequireAll();
        Assert.Equal(["chat"], report.Capabilities);
        Assert.Equal(ConformanceOutcome.Passed, report["chat.concurrent"].Outcome);
    }

    [Fact]
    public async Task KeywordOperation_Passes()
    {
        using var build = await SampleBuild.CreateAsync(Plugins.Repository, "KeywordOperation");

        var report = await RunAsync(build);

        report.RequireAll();
        Assert.Equal(["function:frequent_words", "operation:keyword_extraction"], report.Capabilities);
        Assert.All(["request", "prompt", "reply", "reply.wrong"], check => Assert.Equal(ConformanceOutcome.Passed, report[check].Outcome));
    }

    [Fact]
    public async Task AnthropicClient_Passes()
    {
        using var build = await SampleBuild.CreateAsync(Plugins.Repository, "AnthropicClient");

        var report = await RunAsync(build, AnthropicScript.StartAsync);

        report.RequireAll();
        Assert.Equal(["chat", "tools"], report.Capabilities);
        Assert.Equal(ConformanceOutcome.Passed, report["error.429"].Outcome);
    }

    private static Task<ConformanceReport> RunAsync(SampleBuild build, Func<Task<IUpstreamScript>>? upstream = null) => PluginConformance.RunAsync(
        new PluginUnderTest { Path = build.Output, Upstream = upstream, Examples = Plugins.Examples, Patience = TimeSpan.FromSeconds(20) }, CancellationToken.None);
}
