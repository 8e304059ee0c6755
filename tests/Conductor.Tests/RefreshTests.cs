using Conductor.Configuration;
using Conductor.Plugins;
using Conductor.Settings;
using Conductor.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Tests;

public sealed class RefreshTests
{
    [Fact]
    public async Task Provider_ThatAnswersOnlyAfterTheStart_IsListedWithinSeconds()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Status(503));
        await using var test = new TestConductor(("providers:late:plugin", "openai-compatible"), ("providers:late:base_url", upstream.BaseUrl))
            .WithPlugin("plugins/Conductor.Providers.OpenAICompatible");
        var time = new ManualTimeProvider();
        using var service = new PluginRuntimeService(test.Runtime, test.Watcher, test.Audit, new FixedSettings(new ConductorSettings()), time, NullLogger<PluginRuntimeService>.Instance);
        await service.StartAsync(CancellationToken.None);
        var wasListed = test.Conductor.Catalog.Providers["late"].IsListed;
        upstream.Otherwise(FakeReply.Models("came-later"));

        await time.WaitForTimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(5));
        await time.WaitForTimersAsync(2); // it waits again: the look is over

        Assert.False(wasListed);
        Assert.Equal("came-later", Assert.Single(test.Conductor.Catalog.Providers["late"].Models).Id);
        await service.StopAsync(CancellationToken.None);
    }
}
