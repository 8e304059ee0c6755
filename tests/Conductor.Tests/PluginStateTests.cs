using System.Diagnostics.Metrics;
using Conductor.Calls;
using Conductor.PluginLoading;
using Microsoft.Extensions.AI;

namespace Conductor.Tests;

/// <summary>What the status page and the metrics say of plugins, and what happens to one that will not leave memory.</summary>
[Collection("load contexts")]
public sealed class PluginStateTests
{
    private const string Echo = "tests/TestPlugins/Conductor.TestPlugins.Echo";
    private const string Leaking = "tests/TestPlugins/Conductor.TestPlugins.Leaking";
    private const string LeakingFile = "Conductor.TestPlugins.Leaking.dll";

    [Fact]
    public async Task Status_PluginAtWork_WhatItServesItsCallsAndItsContexts()
    {
        await using var test = new TestConductor(("providers:one:plugin", "test-echo"), ("providers:two:plugin", "test-echo")).WithPlugin(Echo)
            .WithOperation("operations/Conductor.Operations.Summarization");
        await test.Conductor.StartAsync(CancellationToken.None);
        await using var call = new ChatCall
        {
            Context = CallContext.New(),
            Model = "one/echo",
            IsStreaming = true,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "a b c")], new ChatOptions()),
        };
        await test.Conductor.ChatAsync(call, CancellationToken.None);

        var status = test.Status("test-echo");

        Assert.Equal(["provider:one", "provider:two"], status.Capabilities);
        Assert.Equal((1, 1), (status.CallsInFlight, status.ContextsAlive));
        Assert.Equal(["operation:summarization"], test.Status("summarization").Capabilities);
        await call.DisposeAsync();
        Assert.Equal(0, test.Status("test-echo").CallsInFlight);
    }

    [Fact]
    public async Task Status_OldVersionDrains_BothAreListedEachWithItsCalls()
    {
        await using var test = new TestConductor(("server:drain_timeout", "1s")).WithPlugin(Echo);
        await test.Conductor.StartAsync(CancellationToken.None);
        await using var call = new ChatCall
        {
            Context = CallContext.New(),
            Model = "test-echo/echo",
            IsStreaming = true,
            Request = new ChatRequest([new ChatMessage(ChatRole.User, "a b c")], new ChatOptions()),
        };
        await test.Conductor.ChatAsync(call, CancellationToken.None);
        await File.AppendAllTextAsync(Directory.GetFiles(test.PluginFolder, "Conductor.TestPlugins.Echo.dll", SearchOption.AllDirectories).Single(), "2");
        var rescan = test.Conductor.RescanAsync(CancellationToken.None);
        await test.UntilAsync(() => test.Conductor.Plugins.Any(plugin => plugin.State == PluginState.Draining));

        var rows = test.Conductor.Plugins.OrderBy(plugin => plugin.State).Select(plugin => (plugin.State, plugin.CallsInFlight, plugin.ContextsAlive, plugin.Capabilities.Count)).ToList();

        Assert.Equal([(PluginState.Active, 0, 2, 1), (PluginState.Draining, 1, 2, 0)], rows);
        await call.DisposeAsync();
        await rescan;
    }

    [Fact]
    public async Task NewVersions_OfAPluginThatLeaks_AreRefusedAfterTheBudgetAndTheOldOneServes()
    {
        await using var test = new TestConductor(("plugins:leak_budget", "2")).WithPlugin(Leaking);
        var swaps = new List<string?>();
        var unloads = new List<string?>();
        long contexts = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, test.Metrics.Meter) && instrument.Name.StartsWith("conductor.plugin.", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "conductor.plugin.contexts.alive")
            {
                contexts = value;
                return;
            }

            lock (swaps)
            {
                (instrument.Name == "conductor.plugin.swaps" ? swaps : unloads).Add(tags.ToArray().Single(tag => tag.Key == "result").Value as string);
            }
        });
        listener.Start();
        await test.Conductor.StartAsync(CancellationToken.None);
        var file = Directory.GetFiles(test.PluginFolder, LeakingFile, SearchOption.AllDirectories).Single();

        for (var version = 2; version <= 4; version++)
        {
            await File.AppendAllTextAsync(file, "x");
            await test.Conductor.RescanAsync(CancellationToken.None);
        }

        Assert.Equal(["swapped", "swapped", "refused"], swaps);
        Assert.Equal(["alive", "alive"], unloads);
        var refused = test.Conductor.Plugins.Single(plugin => plugin.State == PluginState.Rejected);
        Assert.Contains("2 versions of 'leaking' were unloaded and are still in memory (load 1, version", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("drip", (await test.Conductor.AsChatClient("leaking/drip").GetResponseAsync("?")).Text);
        listener.RecordObservableInstruments();
        Assert.Equal(3, contexts);
        Assert.Equal(3, test.Conductor.Plugins.Single(plugin => plugin.State == PluginState.Active).ContextsAlive);
    }
}
