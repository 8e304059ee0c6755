using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

public sealed class StreamTests
{
    [Fact]
    public async Task TypedStream_ReadToEnd_BookedWithUpstreamsUsage()
    {
        var a = Streaming(Replies.Role(), Replies.Piece("he"), Replies.Piece("llo"), Replies.Finish(), Replies.Usage(11, 4));
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat(isStreaming: true);

        var outcome = await machine.SendAsync(call);
        var text = await ReadAsync(outcome);
        await call.DisposeAsync();

        Assert.Equal("hello", text);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Succeeded, CostStatus.Settled, 11, 4), (row.Status, row.CostStatus, row.Usage.InputTokens, row.Usage.OutputTokens));
        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        machine.AssertIdle();
    }

    [Fact]
    public async Task TypedStream_NoUsageStated_BookedAsEstimate()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("hello there friend"), Replies.Finish()));
        var call = machine.Chat(isStreaming: true);

        await ReadAsync(await machine.SendAsync(call));

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Succeeded, CostStatus.Estimated, true), (row.Status, row.CostStatus, row.Usage.IsEstimated));
        Assert.True(row.Usage.OutputTokens > 0);
    }

    [Fact]
    public async Task TypedStream_FailsAfterRoleOnly_NextTargetAndFirstStreamDisposedAtOnce()
    {
        var a = Streaming(Replies.Role(), new ProviderException(ProviderErrorKind.Network, "reset"));
        await using var machine = TestMachine.Fast(a, new FakeProvider("b"));
        var call = machine.Chat(isStreaming: true);

        var outcome = await machine.SendAsync(call);

        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        Assert.Equal(0, machine.Entry("a").CallsInFlight);
        Assert.Equal("from b", await ReadAsync(outcome));
        Assert.Equal([AttemptStatus.Failed, AttemptStatus.Succeeded], (await machine.RowsAsync(call)).Select(row => row.Status));
    }

    [Fact]
    public async Task TypedStream_EndsBeforeContent_NextTarget()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Role()), new FakeProvider("b"));

        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

        Assert.Equal("b", outcome.Provider);
    }

    [Fact]
    public async Task TypedStream_EmptyAnswerThatFinishes_IsAnAnswer()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Role(), Replies.Finish()), new FakeProvider("b"));

        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

        Assert.Equal(("a", ""), (outcome.Provider, await ReadAsync(outcome)));
    }

    [Fact]
    public async Task TypedStream_FailsAfterContent_ReaderGetsErrorAndNoSecondAttempt()
    {
        var a = Streaming(Replies.Piece("hel"), new ProviderException(ProviderErrorKind.Network, "reset by 10.0.0.1"));
        var b = new FakeProvider("b");
        await using var machine = TestMachine.Fast(a, b);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(outcome));
        await call.DisposeAsync();

        Assert.Equal("upstream_unreachable", error.Code);
        Assert.DoesNotContain("10.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, b.Calls);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Failed, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.True(row.Usage.InputTokens > 0 && row.Usage.OutputTokens > 0);
        Assert.Equal((1, 0), (machine.Totals.Failures, machine.Totals.Cancelled));
        machine.AssertIdle();
    }

    [Fact]
    public async Task TypedStream_PluginsOwnExceptionAfterContent_ReaderGetsProviderFault()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("hel"), new FormatException("secret")));
        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

        var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(outcome));

        Assert.Equal("provider_fault", error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TypedStream_NullAfterContent_ReaderGetsProviderFault()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("hel"), null!));
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(outcome));

        Assert.Equal("provider_fault", error.Code);
        Assert.Equal(AttemptStatus.Failed, Assert.Single(await machine.RowsAsync(call)).Status);
    }

    [Fact]
    public async Task TypedStream_EndsWithoutFinishReason_ErrorNeverSuccess()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("hel")));
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(outcome));

        Assert.Equal("upstream_invalid_response", error.Code);
        Assert.Equal(AttemptStatus.Failed, Assert.Single(await machine.RowsAsync(call)).Status);
    }

    [Fact]
    public async Task TypedStream_ReaderLeaves_UpstreamClosedAndRowCancelledWithEstimate()
    {
        var a = Streaming(Replies.Piece("hello "), Replies.Piece("world "), Replies.Silence);
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        await foreach (var update in outcome.Updates!)
        {
            break;
        }

        await call.DisposeAsync();
        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.True(row.Usage.InputTokens > 0);
        Assert.Equal((0, 1), (machine.Totals.Failures, machine.Totals.Cancelled));
        machine.AssertIdle();
    }

    [Fact]
    public async Task TypedStream_ReaderLeaves_LeaseHeldUntilPluginsStreamIsDisposed()
    {
        var held = -1;
        TestMachine? machine = null;
        var a = new FakeProvider("a") { Stream = (_, token) => Closing(() => held = machine!.Entry("a").CallsInFlight, token) };
        await using (machine = TestMachine.Fast(a))
        {
            var call = machine.Chat(isStreaming: true);
            var outcome = await machine.SendAsync(call);

            await foreach (var update in outcome.Updates!)
            {
                break;
            }

            await call.DisposeAsync();
            Assert.Equal(1, held);
            machine.AssertIdle();
        }
    }

    [Fact]
    public async Task TypedStream_CallerCancelsWhileReading_CancelledAndClosed()
    {
        using var leaves = new CancellationTokenSource();
        var a = Streaming(Replies.Piece("hello "), Replies.Silence);
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call, leaves.Token);

        var reading = ReadAsync(outcome);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        await call.DisposeAsync();
        Assert.Equal(1, a.StreamsDisposed);
        Assert.Equal(AttemptStatus.Cancelled, Assert.Single(await machine.RowsAsync(call)).Status);
        Assert.Equal((0, 1), (machine.Totals.Failures, machine.Totals.Cancelled));
    }

    [Fact]
    public async Task TypedStream_NeverEnumerated_ClosedAndBookedAtDisposal()
    {
        var a = Streaming(Replies.Piece("hello "), Replies.Silence);
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat(isStreaming: true);

        await machine.SendAsync(call);
        Assert.Equal((1, 1), (machine.Entry("a").CallsInFlight, machine.Gate.Active));
        await call.DisposeAsync();

        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.True(row.Usage.InputTokens > 0);
        machine.AssertIdle();
    }

    [Fact]
    public async Task TypedStream_SilentAfterContent_UpstreamTimeout()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("hello "), Replies.Silence));
        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

        var reading = ReadAsync(outcome);
        machine.Time.Advance(TimeSpan.FromSeconds(21));

        var error = await Assert.ThrowsAsync<ConductorException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
    }

    [Fact]
    public async Task TypedStream_ReaderIsSlow_NotTakenForTheUpstreamsSilence()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("a"), Replies.Piece("b"), Replies.Piece("c"), Replies.Finish()));
        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

        machine.Time.Advance(TimeSpan.FromSeconds(40)); // before the first read: longer than first_content
        var text = "";
        await foreach (var update in outcome.Updates!)
        {
            text += update.Text;
            machine.Time.Advance(TimeSpan.FromSeconds(25)); // longer than idle
        }

        Assert.Equal("abc", text);
    }

    [Fact]
    public async Task TypedStream_LongerThanTheDeadline_GoesOn()
    {
        FakeProvider a = null!;
        TestMachine? machine = null;
        Func<CancellationToken, Task> wait = _ =>
        {
            machine!.Time.Advance(TimeSpan.FromSeconds(15));
            return Task.CompletedTask;
        };
        a = Streaming(Replies.Piece("1"), wait, Replies.Piece("2"), wait, Replies.Piece("3"), wait, Replies.Piece("4"), wait, Replies.Piece("5"), wait, Replies.Finish());
        await using (machine = TestMachine.Fast(a))
        {
            Assert.Equal("12345", await ReadAsync(await machine.SendAsync(machine.Chat(isStreaming: true))));
        }
    }

    [Fact]
    public async Task TypedStream_LongerThanTheLongestStream_Ended()
    {
        TestMachine? machine = null;
        Func<CancellationToken, Task> wait = _ =>
        {
            machine!.Time.Advance(TimeSpan.FromSeconds(15));
            return Task.CompletedTask;
        };
        var steps = Enumerable.Range(0, 10).SelectMany(i => new object[] { Replies.Piece("x"), wait }).Append(Replies.Finish()).ToArray();
        var settings = TestMachine.Alias("fast", "a/m") with { Reliability = new ReliabilitySettings { MaxStream = TimeSpan.FromSeconds(50) } };
        await using (machine = new TestMachine(settings, [Streaming(steps)]))
        {
            var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

            var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(outcome));

            Assert.Equal("upstream_timeout", error.Code);
        }
    }

    [Fact]
    public async Task TypedStream_EndlessUpdatesWithoutContent_EndedByFirstContentDeadline()
    {
        TestMachine? machine = null;
        var a = new FakeProvider("a") { Stream = (_, _) => Endless(() => machine!.Time.Advance(TimeSpan.FromSeconds(1))) };
        await using (machine = TestMachine.Fast(a, new FakeProvider("b")))
        {
            var outcome = await Task.Run(() => machine.SendAsync(machine.Chat(isStreaming: true))).WaitAsync(TimeSpan.FromSeconds(30));

            Assert.Equal("b", outcome.Provider);
        }
    }

    [Fact]
    public async Task TypedStream_DisposalOfPluginsStreamFails_FirstFailureIsTold()
    {
        var a = new FakeProvider("a") { Stream = (_, _) => new BadlyClosing(), IsWatched = false };
        await using var machine = TestMachine.Fast(a, new FakeProvider("b"));
        var call = machine.Chat(isStreaming: true);

        var outcome = await machine.SendAsync(call);

        Assert.Equal("b", outcome.Provider);
        Assert.Equal("rate_limit_exceeded", (await machine.RowsAsync(call))[0].ErrorCode);
    }

    [Fact]
    public async Task TypedStream_UsageIsAbsurd_HeldToSense()
    {
        await using var machine = TestMachine.Fast(Streaming(Replies.Piece("x"), Replies.Usage(-5, long.MaxValue), Replies.Finish()));
        var call = machine.Chat(isStreaming: true);

        await ReadAsync(await machine.SendAsync(call));

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.True(row.Usage.IsSuspect);
        Assert.Equal(0, row.Usage.InputTokens);
    }

    internal static async Task<string> ReadAsync(ChatOutcome outcome)
    {
        var text = "";
        await foreach (var update in outcome.Updates!)
        {
            text += update.Text;
        }

        return text;
    }

    private static FakeProvider Streaming(params object[] steps) => new("a") { Stream = (_, token) => Replies.Script(token, steps) };

    private static async IAsyncEnumerable<ChatResponseUpdate> Closing(Action onClose, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return Replies.Piece("x");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            onClose();
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Endless(Action each)
    {
        for (var i = 0; i < 10_000; i++)
        {
            each();
            yield return Replies.Role();
        }

        await Task.Yield();
        throw new InvalidOperationException("Nobody stopped it.");
    }

    /// <summary>A stream that fails, and fails again when it is closed.</summary>
    private sealed class BadlyClosing : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
    {
        public ChatResponseUpdate Current => null!;

        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() => ValueTask.FromException<bool>(new ProviderException(ProviderErrorKind.RateLimited, "slow"));

        public ValueTask DisposeAsync() => ValueTask.FromException(new FormatException("at disposal"));
    }
}
