using Conductor.Errors;

namespace Conductor.Core.Tests.Machine;

public sealed class CompletionTests
{
    [Fact]
    public async Task OnCompleted_CallDisposedTwice_RunOnceInReverseOrderEachIsolated()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"));
        var call = machine.Chat();
        List<int> order = [];
        call.OnCompleted(() => Add(1));
        call.OnCompleted(() => throw new FormatException());
        call.OnCompleted(() => Add(3));
        call.OnCompleted(() => ValueTask.FromException(new FormatException()));
        call.OnCompleted(() => Add(5));

        await call.DisposeAsync();
        await call.DisposeAsync();

        Assert.Equal([5, 3, 1], order);

        ValueTask Add(int number)
        {
            order.Add(number);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task OnCompleted_DisposedFromManyThreads_RunOnce()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"));
        var call = machine.Chat();
        var runs = 0;
        call.OnCompleted(() =>
        {
            Interlocked.Increment(ref runs);
            return ValueTask.CompletedTask;
        });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await call.DisposeAsync())));

        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task OnCompleted_FailingCompletion_PlaceAndMetricStillReturned()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"));
        var call = machine.Chat();

        await machine.SendAsync(call);
        call.OnCompleted(() => throw new FormatException());
        Assert.Equal((1, 1), (machine.Gate.Active, machine.ActiveCalls));
        await call.DisposeAsync();

        machine.AssertIdle();
        Assert.Equal(1, machine.Totals.Requests);
    }

    [Fact]
    public async Task OnCompleted_AfterDisposal_Refused()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"));
        var call = machine.Chat();
        await call.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => call.OnCompleted(() => ValueTask.CompletedTask));
    }

    [Fact]
    public async Task Send_CallAlreadyDisposed_RefusedAndNothingStaysCounted()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a"));
        var call = machine.Chat();
        await call.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => machine.SendAsync(call));

        machine.AssertIdle();
    }

    [Fact]
    public async Task Telemetry_CallFails_CountedAsFailureOnce()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(Providers.ProviderErrorKind.ServerError));
        var call = machine.Chat();

        await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));
        await call.DisposeAsync();
        await call.DisposeAsync();

        Assert.Equal((1, 1, 0), (machine.Totals.Requests, machine.Totals.Failures, machine.Totals.Cancelled));
    }
}
