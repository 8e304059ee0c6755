using System.Text;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Operations;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

/// <summary>An operation whose code fails by itself is kept from calls, with its reason; one probe lets it out.</summary>
public sealed class OperationQuarantineTests
{
    private static readonly QuarantineSettings Rule = new() { Faults = 2 };

    [Theory]
    [InlineData("validate")]
    [InlineData("arguments")]
    [InlineData("read")]
    public async Task Operation_ThrowsTooOften_503WithoutAskingAnybodyUntilAProbeEndsWell(string where)
    {
        var isBroken = true;
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        var operation = Operation(at => at == where && isBroken ? throw new FormatException("secret") : 0);
        await using var machine = Machine(operation, provider);
        for (var i = 0; i < Rule.Faults; i++)
        {
            var fault = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
            Assert.Equal((502, "operation_fault"), (fault.Status, fault.Code));
        }

        var asked = provider.Calls;
        isBroken = false;
        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));

        Assert.Equal((503, "operation_quarantined", asked), (refused.Status, refused.Code, provider.Calls));
        Assert.StartsWith("Operation 'echo' is quarantined after faults of its own plugin, the last: Its code threw FormatException.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, machine.Entry("a").Statistics.Failures);

        machine.Time.Advance(Rule.Time);
        Assert.Equal("""{"echo":"x"}""", await AskAsync(machine));
        Assert.Null(machine.Snapshot.Operations["echo"].Quarantine.Describe());
        machine.AssertIdle();
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("read")]
    public async Task Probe_Fails_TwiceAsLong(string where)
    {
        var operation = Operation(at => at == where ? throw new FormatException() : 0);
        await using var machine = Machine(operation, new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) });
        for (var i = 0; i < Rule.Faults; i++)
        {
            await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        }

        machine.Time.Advance(Rule.Time);
        var probe = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        machine.Time.Advance(Rule.Time);
        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        machine.Time.Advance(Rule.Time);
        var next = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));

        Assert.Equal(["operation_fault", "operation_quarantined", "operation_fault"], [probe.Code, refused.Code, next.Code]);
    }

    [Fact]
    public async Task Probe_TargetFails_SaysNothingOfTheOperationAndTheNextCallTries()
    {
        var (isBroken, isDown) = (true, true);
        var provider = new FakeProvider("a")
        {
            Answer = (_, _, _) => isDown && !isBroken
                ? throw new Providers.ProviderException(Providers.ProviderErrorKind.Network, "down")
                : Task.FromResult(Replies.Text("""{"echo":"x"}""")),
        };
        await using var machine = Machine(Operation(at => at == "read" && isBroken ? throw new FormatException() : 0), provider);
        for (var i = 0; i < Rule.Faults; i++)
        {
            await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        }

        isBroken = false;
        machine.Time.Advance(Rule.Time);
        await Assert.ThrowsAsync<ConductorException>(() => AskAsync(machine));
        Assert.True(machine.Snapshot.Operations["echo"].Quarantine.IsClosed);
        isDown = false;

        Assert.Equal("""{"echo":"x"}""", await AskAsync(machine));
        Assert.False(machine.Snapshot.Operations["echo"].Quarantine.IsClosed);
    }

    [Fact]
    public async Task Operation_DoesNotComeBack_ItsFaultNotTheProvidersAndItsLeaseStaysOut()
    {
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var provider = new FakeProvider("a");
        var operation = Operation(at =>
        {
            if (at == "arguments")
            {
                entered.TrySetResult();
                gate.Wait();
            }

            return 0;
        });
        await using var machine = Machine(operation, provider);
        var entry = machine.Snapshot.Operations["echo"];
        try
        {
            var call = machine.Operation();
            var sending = machine.SendAsync(call);
            await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
            machine.Time.Advance(new ReliabilitySettings().FirstContent);
            for (var i = 0; i < 600 && !sending.IsCompleted; i++)
            {
                machine.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(sending, Task.Delay(50));
            }

            var error = await Assert.ThrowsAsync<ConductorException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
            await call.DisposeAsync();

            Assert.Equal((502, "operation_fault"), (error.Status, error.Code));
            Assert.Equal((0, 0), (provider.Calls, (int)machine.Entry("a").Statistics.Failures));
            Assert.Equal(1, entry.CallsInFlight);
            entry.Quarantine.Fault("Another."); // the second of two
            Assert.True(entry.Quarantine.IsClosed);
            entry.Retire();
            Assert.False(entry.Drained.IsCompleted);
        }
        finally
        {
            gate.Set();
        }

        await entry.Drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(false)] // Validate
    [InlineData(true)] // ReadInputs
    public async Task Request_ItsReadingDoesNotComeBack_502ItsFaultAndItsLeaseStaysOut(bool isEmbedding)
    {
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Hang()
        {
            entered.TrySetResult();
            gate.Wait();
        }

        IOperation operation = isEmbedding ? new FakeEmbeddingOperation("echo") { OnRead = Hang } : new FakeOperation { OnValidate = _ => Hang() };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m") with { Plugins = new PluginsSettings { Quarantine = Rule } }, [new FakeProvider("a")], [operation]);
        var entry = machine.Snapshot.Operations["echo"];
        try
        {
            var reading = Task.Run(() => OperationCallReader.ReadAsync("echo", """{"text":"x"}"""u8.ToArray(), CallContext.New(), machine.Snapshot, CancellationToken.None));
            var error = await Assert.ThrowsAsync<ConductorException>(() => GiveUpAsync(machine, entered.Task, reading));

            Assert.Equal((502, "operation_fault"), (error.Status, error.Code));
            Assert.Contains("it did not come back in time", error.Message, StringComparison.Ordinal);
            Assert.Equal(1, entry.CallsInFlight);
            entry.Quarantine.Fault("Another."); // the second of two
            Assert.True(entry.Quarantine.IsClosed);
            entry.Retire();
            Assert.False(entry.Drained.IsCompleted);
        }
        finally
        {
            gate.Set();
        }

        await entry.Drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task CacheVariant_DoesNotComeBack_CallGoesOnWithoutTheCacheAndItsLeaseStaysOut()
    {
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var operation = new FakeOperation
        {
            OnCacheVariant = () =>
            {
                entered.TrySetResult();
                gate.Wait();
                return null;
            },
        };
        await using var machine = Machine(operation, new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) });
        var entry = machine.Snapshot.Operations["echo"];
        try
        {
            var call = machine.Operation();
            var outcome = await GiveUpAsync(machine, entered.Task, Task.Run(() => machine.SendAsync(call)));
            await call.DisposeAsync();

            Assert.Equal("""{"echo":"x"}""", Encoding.UTF8.GetString(outcome.Result.Span));
            Assert.Equal(1, entry.CallsInFlight);
            entry.Quarantine.Fault("Another."); // the second of two
            Assert.True(entry.Quarantine.IsClosed);
        }
        finally
        {
            gate.Set();
        }
    }

    // Time passes once the plugin's code is entered, until the call has come to something.
    private static async Task<T> GiveUpAsync<T>(TestMachine machine, Task entered, Task<T> running)
    {
        await entered.WaitAsync(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 600 && !running.IsCompleted; i++)
        {
            machine.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(running, Task.Delay(20));
        }

        return await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static FakeOperation Operation(Func<string, int> at) => new()
    {
        OnValidate = _ => at("validate"),
        OnArguments = () => at("arguments"),
        OnRead = reply =>
        {
            at("read");
            return Encoding.UTF8.GetBytes(reply.Text);
        },
    };

    private static TestMachine Machine(FakeOperation operation, FakeProvider provider) => new(
        TestMachine.Alias("fast", "a/m") with { Plugins = new PluginsSettings { Quarantine = Rule } }, [provider], [operation]);

    // As a request comes: read, then sent.
    private static async Task<string> AskAsync(TestMachine machine)
    {
        var call = machine.Track(await OperationCallReader.ReadAsync("echo", """{"text":"x","model":"fast"}"""u8.ToArray(), CallContext.New(), machine.Snapshot, CancellationToken.None));
        try
        {
            return Encoding.UTF8.GetString((await machine.SendAsync(call)).Result.Span);
        }
        finally
        {
            await call.DisposeAsync();
        }
    }
}
