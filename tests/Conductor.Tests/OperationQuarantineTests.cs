using System.Diagnostics.Metrics;
using Conductor.Errors;
using Conductor.PluginLoading;

namespace Conductor.Tests;

/// <summary>An operation plugin whose code fails by itself, loaded as a host loads it: kept from calls, named, and out again by a rescan or a new version.</summary>
[Collection("load contexts")]
public sealed class OperationQuarantineTests
{
    private const string FaultyOperation = "tests/TestPlugins/Conductor.TestPlugins.FaultyOperation";
    private const string Echo = "tests/TestPlugins/Conductor.TestPlugins.Echo";

    [Fact]
    public async Task Operation_FailsTooOften_IsToldEverywhereAndLetOutByARescanAndByANewVersion()
    {
        await using var test = new TestConductor(("providers:test-echo:plugin", "test-echo"), ("providers:test-echo:prefix", """{"length":99999999999} """), ("plugins:quarantine:faults", "2")).WithPlugin(Echo).WithOperation(FaultyOperation);
        // An integer, as the schema wants it, and more than the operation reads: its own FormatException.
        Dictionary<string, long> gauge = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, test.Metrics.Meter) && instrument.Name == "conductor.quarantined")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var labels = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
            gauge[$"{labels["kind"]}:{labels["name"]}"] = value;
        });
        listener.Start();
        await test.Conductor.StartAsync(CancellationToken.None);

        Assert.Equal((502, 502, 503), (await AskAsync(test), await AskAsync(test), await AskAsync(test)));
        listener.RecordObservableInstruments();
        Assert.Equal((1, 0), (gauge["operation:faulty_operation"], gauge["provider:test-echo"]));
        var told = test.Status("faulty_operation");
        Assert.Equal(PluginState.Faulted, told.State);
        Assert.StartsWith("Operation 'faulty_operation' is quarantined after faults of its own plugin", told.Reason, StringComparison.Ordinal);
        Assert.Equal(PluginState.Active, test.Status("test-echo").State);

        await test.Conductor.RescanAsync(CancellationToken.None); // somebody has looked at it
        Assert.Equal(PluginState.Active, test.Status("faulty_operation").State);
        Assert.Equal((502, 502, 503), (await AskAsync(test), await AskAsync(test), await AskAsync(test)));

        await File.WriteAllTextAsync(Path.Combine(test.OperationFolder, "Conductor.TestPlugins.FaultyOperation", "another.txt"), "another version");
        await test.Runtime.FollowAsync(new HashSet<PluginEntry>(), CancellationToken.None);
        Assert.Equal(502, await AskAsync(test));
        listener.RecordObservableInstruments();
        Assert.Equal(0, gauge["operation:faulty_operation"]);
    }

    private static async Task<int> AskAsync(TestConductor test)
    {
        await using var call = TestConductor.Operation("faulty_operation", new { text = "x" }, "test-echo/echo");
        return (await Assert.ThrowsAsync<ConductorException>(() => test.Conductor.RunAsync(call, CancellationToken.None))).Status;
    }
}
