using Conductor.Calls;
using Conductor.PluginLoading;
using Conductor.Settings;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Conductor.Tests;

/// <summary>A new version is asked how it is before it takes over; at the start, with none before it, it serves whatever it says.</summary>
[Collection("load contexts")]
public sealed class PluginTrialTests
{
    private const string Misbehaving = "tests/TestPlugins/Conductor.TestPlugins.Misbehaving";

    [Theory]
    [InlineData("throws", "its health check threw OwnException")]
    [InlineData("null", "its health check returned null")]
    [InlineData("null-task", "its health check returned null")]
    [InlineData("hangs", "its health check did not come back")]
    [InlineData("unhealthy", "says Unhealthy (my upstream is down) while that of the version at work says Healthy")]
    public async Task NewVersion_WhoseHealthCheckGoesWrong_TheOldOneServesOnAndTheReasonSaysSo(string health, string reason)
    {
        await using var test = Start(health: null);
        await test.Conductor.StartAsync(CancellationToken.None);
        var before = test.Conductor.Catalog.Providers["bad"];

        await Write(test, health);
        await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.Same(before, test.Conductor.Catalog.Providers["bad"]);
        Assert.Equal("good", await AskAsync(test));
        Assert.Contains(test.Conductor.Plugins, plugin => plugin.State == PluginState.Active);
        Assert.Contains(reason, test.Conductor.Plugins.Single(plugin => plugin.State == PluginState.Faulted).Reason, StringComparison.Ordinal);

        await Write(test, ""); // mended
        await test.Conductor.RescanAsync(CancellationToken.None);
        Assert.NotSame(before, test.Conductor.Catalog.Providers["bad"]);
        Assert.Equal("good", await AskAsync(test));
    }

    [Theory]
    [InlineData("unhealthy", "unhealthy")] // the upstream is down, for both
    [InlineData("unhealthy", "upstream")]
    [InlineData("throws", "")]
    public async Task NewVersion_NoWorseThanTheOldOne_TakesOver(string old, string health)
    {
        await using var test = Start(old);
        await test.Conductor.StartAsync(CancellationToken.None);
        var before = test.Conductor.Catalog.Providers["bad"];

        await Write(test, health + "\nanother version");
        await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.NotSame(before, test.Conductor.Catalog.Providers["bad"]);
        Assert.Equal("good", await AskAsync(test));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // and a third version in its place before the settings are right
    public async Task NewVersion_ThatWaitsForASetting_TakesOverOnceItIsThereAndTheOldOneLeaves(bool isReplacedMeanwhile)
    {
        await using var test = Start(health: null);
        await test.Conductor.StartAsync(CancellationToken.None);
        var old = test.Status("misbehaving").Hash;
        var folder = Path.GetDirectoryName(FileOf(test))!;
        await File.WriteAllTextAsync(Path.Combine(folder, "needs.txt"), "region");
        await test.Conductor.RescanAsync(CancellationToken.None);
        Assert.Contains("'region' is missing", test.Conductor.Plugins.Single(plugin => plugin.State == PluginState.Loaded).Reason, StringComparison.Ordinal);
        Assert.Equal(old, test.Conductor.Plugins.Single(plugin => plugin.State == PluginState.Active).Hash);
        Assert.Equal("good", await AskAsync(test));
        if (isReplacedMeanwhile)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "third.txt"), "a third version");
            await test.Conductor.RescanAsync(CancellationToken.None);
            Assert.Equal("good", await AskAsync(test));
        }

        var now = test.Settings.Current;
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("mode", "throws"), new("region", "eu")]).Build();
        test.Settings.Current = now with { Providers = new Dictionary<string, ProviderSettings> { ["bad"] = now.Providers["bad"] with { Section = section, Fingerprint = "with a region" } } };
        await test.Runtime.ApplySettingsAsync(CancellationToken.None);
        await test.Conductor.RescanAsync(CancellationToken.None); // waits for what leaves

        var status = Assert.Single(test.Conductor.Plugins, plugin => plugin.Id == "misbehaving");
        Assert.Equal((PluginState.Active, 1), (status.State, status.ContextsAlive));
        Assert.NotEqual(old, status.Hash);
        Assert.Equal("good", await AskAsync(test));
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("unhealthy")]
    public async Task Start_WhateverTheHealthCheckSays_ServesAsThereIsNoneBefore(string health)
    {
        await using var test = Start(health);

        await test.Conductor.StartAsync(CancellationToken.None);

        Assert.Equal(PluginState.Active, test.Status("misbehaving").State);
        Assert.Equal("good", await AskAsync(test));
    }

    private static TestConductor Start(string? health)
    {
        var test = new TestConductor(("providers:bad:plugin", "misbehaving"), ("providers:bad:mode", "throws"), ("server:drain_timeout", "1s")).WithPlugin(Misbehaving);
        if (health is not null)
        {
            File.WriteAllText(FileOf(test), health);
        }

        return test;
    }

    private static Task Write(TestConductor test, string health) => File.WriteAllTextAsync(FileOf(test), health.Length == 0 ? "\n" : health);

    private static string FileOf(TestConductor test) => Path.Combine(test.PluginFolder, "Conductor.TestPlugins.Misbehaving", "health.txt");

    private static async Task<string> AskAsync(TestConductor test)
    {
        await using var call = new ChatCall
        {
            Context = CallContext.New(),
            Model = "bad/m",
            IsStreaming = false,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "behave")], new ChatOptions()),
        };
        return (await test.Conductor.ChatAsync(call, CancellationToken.None)).Response!.Text;
    }
}
