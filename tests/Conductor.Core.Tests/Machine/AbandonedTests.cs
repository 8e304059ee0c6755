using Conductor.Calls;
using Conductor.Errors;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>A plugin that does not look at its token: nobody waits for it, and nothing is taken from under it.</summary>
public sealed class AbandonedTests
{
    private static readonly TimeSpan PastGrace = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Abandoned_WholeAnswer_NextTargetAnswersAndTheLeaseStaysOut()
    {
        var (deaf, comeBack) = Deaf();
        await using var machine = TestMachine.Fast(deaf, new FakeProvider("b"));
        var call = machine.Chat();

        var sending = machine.SendAsync(call);
        await deaf.WaitForCallsAsync(1);
        await PassDeadlineAsync(machine, sending);
        var outcome = await sending.WaitAsync(TimeSpan.FromSeconds(30));
        await call.DisposeAsync();

        Assert.Equal("b", outcome.Provider);
        var rows = await machine.RowsAsync(call);
        Assert.Equal([("a", AttemptStatus.Failed, "upstream_timeout"), ("b", AttemptStatus.Succeeded, null)], rows.Select(row => (row.Provider, row.Status, row.ErrorCode)));
        Assert.Equal(1, machine.Entry("a").CallsInFlight);

        comeBack.SetResult(Replies.Text("much too late"));
        machine.Entry("a").Retire();
        await machine.Entry("a").Drained.WaitAsync(TimeSpan.FromSeconds(30));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Abandoned_OnlyTarget_504()
    {
        var (deaf, comeBack) = Deaf();
        await using var machine = TestMachine.Fast(deaf);

        var sending = machine.SendAsync(machine.Chat());
        await deaf.WaitForCallsAsync(1);
        await PassDeadlineAsync(machine, sending);

        var error = await Assert.ThrowsAsync<ConductorException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
        comeBack.SetException(new FormatException("nobody hears this"));
    }

    [Fact]
    public async Task Abandoned_CallerLeaves_CallEnds()
    {
        var (deaf, comeBack) = Deaf();
        await using var machine = TestMachine.Fast(deaf);
        using var left = new CancellationTokenSource();
        var call = machine.Chat();

        var sending = machine.SendAsync(call, left.Token);
        await deaf.WaitForCallsAsync(1);
        await left.CancelAsync();
        await AdvanceUntilAsync(machine, sending);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(AttemptStatus.Cancelled, (await machine.RowsAsync(call)).Single().Status);
        comeBack.SetResult(Replies.Text("late"));
    }

    [Fact]
    public async Task Abandoned_Stream_ClosedOnlyOnceThePluginIsBack()
    {
        var comeBack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var deaf = new FakeProvider("a");
        deaf.Stream = (_, _) => Replies.Script(CancellationToken.None, (Func<CancellationToken, Task>)(_ => comeBack.Task), Replies.Piece("late"));
        await using var machine = TestMachine.Fast(deaf, new FakeProvider("b"));
        var call = machine.Chat(isStreaming: true);

        var sending = machine.SendAsync(call);
        await deaf.WaitForStreamAsync();
        await PassDeadlineAsync(machine, sending);
        var outcome = await sending.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("b", outcome.Provider);
        Assert.Equal((1, 0), (deaf.StreamsOpened, deaf.StreamsDisposed));
        Assert.Equal(1, machine.Entry("a").CallsInFlight);

        comeBack.SetResult();
        machine.Entry("a").Retire();
        await machine.Entry("a").Drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, deaf.StreamsDisposed);
    }

    [Fact]
    public async Task Obedient_PluginThatStopsWhenTold_IsNotAbandoned()
    {
        var provider = new FakeProvider("a") { Answer = (_, _, token) => Replies.Never<ChatResponse>(token) };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();

        var sending = machine.SendAsync(call);
        await provider.WaitForCallsAsync(1);
        machine.Time.Advance(new ReliabilitySettings().FirstContent); // and no further: it needs no grace
        var error = await Assert.ThrowsAsync<ConductorException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
        await call.DisposeAsync();

        Assert.Equal(504, error.Status);
        machine.AssertIdle();
    }

    private static (FakeProvider Provider, TaskCompletionSource<ChatResponse> ComeBack) Deaf()
    {
        var comeBack = new TaskCompletionSource<ChatResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        return (new FakeProvider("a") { Answer = (_, _, _) => comeBack.Task }, comeBack);
    }

    private static async Task PassDeadlineAsync(TestMachine machine, Task sending)
    {
        machine.Time.Advance(new ReliabilitySettings().FirstContent);
        await AdvanceUntilAsync(machine, sending);
    }

    // The grace's timer is made after the token's cancellation has come through, on another thread: the clock is moved until it has fired.
    private static async Task AdvanceUntilAsync(TestMachine machine, Task done)
    {
        for (var i = 0; i < 25 && !done.IsCompleted; i++)
        {
            machine.Time.Advance(PastGrace);
            await Task.WhenAny(done, Task.Delay(50));
        }
    }
}
