using System.Text;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

public sealed class RawTests
{
    [Fact]
    public async Task RawExchange_Answer_BytesUnchangedAndUsageBooked()
    {
        var a = Answering("hello, wörld \0|usage:9,4");
        await using var machine = TestMachine.Fast(a);
        var call = machine.Raw("model=fast;text=hi");

        var outcome = await machine.SendAsync(call);
        await call.DisposeAsync();

        Assert.Equal("hello, wörld \0|usage:9,4", Encoding.UTF8.GetString(outcome.ResponseBytes!.Value.Span));
        Assert.Equal("to=m;model=fast;text=hi", Assert.Single(a.Transport!.Requests));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((9, 4, "up-1", CostStatus.Settled), (row.Usage.InputTokens, row.Usage.OutputTokens, row.UpstreamRequestId, row.CostStatus));
        Assert.True(a.Transport.Bodies[0].IsDisposed);
        machine.AssertIdle();
    }

    [Fact]
    public async Task RawExchange_LargeAnswerInPieces_Whole()
    {
        string[] pieces = [.. Enumerable.Range(0, 50).Select(i => new string((char)('a' + (i % 26)), 3_001))];
        await using var machine = TestMachine.Fast(Answering(pieces));

        var outcome = await machine.SendAsync(machine.Raw("text=hi"));

        Assert.Equal(string.Concat(pieces), Encoding.UTF8.GetString(outcome.ResponseBytes!.Value.Span));
    }

    [Fact]
    public async Task RawExchange_ErrorInsideSuccess_NextTarget()
    {
        await using var machine = TestMachine.Fast(Answering("error"), Named("b", "fine"));

        var outcome = await machine.SendAsync(machine.Raw("text=hi"));

        Assert.Equal("b", outcome.Provider);
    }

    [Fact]
    public async Task RawExchange_ConnectionBreaksInside_NextTarget()
    {
        var a = new FakeProvider("a")
        {
            Transport = new FakeTransport((_, _) =>
            {
                var body = FakeBody.Open("half an ans");
                body.Break(new IOException("reset"));
                return Task.FromResult(body);
            }),
        };
        await using var machine = TestMachine.Fast(a, Named("b", "fine"));
        var call = machine.Raw("text=hi");

        var outcome = await machine.SendAsync(call);

        Assert.Equal("b", outcome.Provider);
        Assert.Equal("upstream_unreachable", (await machine.RowsAsync(call))[0].ErrorCode);
        Assert.True(a.Transport.Bodies[0].IsDisposed);
    }

    [Fact]
    public async Task RawExchange_AnswerTooLarge_NextTarget()
    {
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with { Limits = new LimitsSettings { MaxReplyBytes = 1000 } };
        await using var machine = new TestMachine(settings, [Answering(new string('x', 1001)), Named("b", new string('x', 1000))]);
        var call = machine.Raw("text=hi");

        var outcome = await machine.SendAsync(call);

        Assert.Equal(("b", 1000), (outcome.Provider, outcome.ResponseBytes!.Value.Length));
    }

    [Fact]
    public async Task RawExchange_BodyStopsHalfway_TimeoutThenNextTarget()
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("half"))) };
        await using var machine = TestMachine.Fast(a, Named("b", "fine"));
        var call = machine.Raw("text=hi");

        var sent = machine.SendAsync(call);
        machine.Time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal("b", (await sent.WaitAsync(TimeSpan.FromSeconds(30))).Provider);
        Assert.Equal("upstream_timeout", (await machine.RowsAsync(call))[0].ErrorCode);
    }

    [Fact]
    public async Task RawExchange_TargetOfAnotherDialect_AskedTyped()
    {
        var a = Answering("never");
        a.Transport = new FakeTransport((_, _) => throw new InvalidOperationException()) { Speaks = dialect => dialect == "other" };
        await using var machine = TestMachine.Fast(a);

        var outcome = await machine.SendAsync(machine.Raw("text=hi"));

        Assert.Equal("from a", outcome.Response!.Text);
        Assert.Equal(0, a.Transport.Calls);
    }

    [Fact]
    public async Task RawStream_ReadToEnd_EveryByteUnchangedEndMarkOnceUsageBooked()
    {
        string[] events = ["role\n", "text:he\n", "text:l\0lö\n", "comment\n", "finish\n"];
        await using var machine = TestMachine.Fast(Answering([.. events, "usage:11,4\n", "end\n"]));
        var call = machine.Raw("text=hi", isStreaming: true);

        var read = await ReadAsync(await machine.SendAsync(call));
        await call.DisposeAsync();

        Assert.Equal([.. events, "end\n"], read);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Succeeded, CostStatus.Settled, 11, 4), (row.Status, row.CostStatus, row.Usage.InputTokens, row.Usage.OutputTokens));
        machine.AssertIdle();
    }

    [Fact]
    public async Task RawStream_SplitAtEveryByte_SameEvents()
    {
        const string all = "role\ntext:he\ntext:llo\nfinish\nusage:1,2\nend\n";
        await using var machine = TestMachine.Fast(Answering([.. all.Select(letter => letter.ToString())]));

        var read = await ReadAsync(await machine.SendAsync(machine.Raw("text=hi;wants_usage=1", isStreaming: true)));

        Assert.Equal(all, string.Concat(read));
    }

    [Theory]
    [InlineData("text=hi", false)]
    [InlineData("text=hi;wants_usage=1", true)]
    public async Task RawStream_UsageOnlyEvent_ForwardedOnlyWhenAskedFor(string body, bool isForwarded)
    {
        await using var machine = TestMachine.Fast(Answering("usage:1,1\n", "text:x\n", "usage:2,2\n", "finish\n", "usage:3,4\n", "end\n"));
        var call = machine.Raw(body, isStreaming: true);

        var read = await ReadAsync(await machine.SendAsync(call));

        Assert.Equal(isForwarded ? 3 : 0, read.Count(line => line.StartsWith("usage", StringComparison.Ordinal)));
        Assert.Equal((3, 4), (Assert.Single(await machine.RowsAsync(call)).Usage.InputTokens, Assert.Single(await machine.RowsAsync(call)).Usage.OutputTokens));
    }

    [Fact]
    public async Task RawStream_UpstreamForgetsEndMark_SentOnceAfterFinish()
    {
        await using var machine = TestMachine.Fast(Answering("text:x\n", "finish\n"));

        var read = await ReadAsync(await machine.SendAsync(machine.Raw("text=hi", isStreaming: true)));

        Assert.Equal(["text:x\n", "finish\n", "end\n"], read);
    }

    [Fact]
    public async Task RawStream_EventsAfterEndMark_NotForwarded()
    {
        await using var machine = TestMachine.Fast(Answering("text:x\n", "finish\n", "end\n", "text:y\n", "end\n"));

        var read = await ReadAsync(await machine.SendAsync(machine.Raw("text=hi", isStreaming: true)));

        Assert.Equal(["text:x\n", "finish\n", "end\n"], read);
    }

    [Theory]
    [InlineData("text:x\n")]
    [InlineData("text:x\n", "end\n")]
    public async Task RawStream_NoFinishReason_ErrorAndNoEndMark(params string[] pieces)
    {
        await using var machine = TestMachine.Fast(Answering(pieces));
        var call = machine.Raw("text=hi", isStreaming: true);
        var outcome = await machine.SendAsync(call);

        var (read, error) = await ReadUntilErrorAsync(outcome);

        Assert.Equal("upstream_invalid_response", error.Code);
        Assert.Equal(["text:x\n"], read);
        Assert.Equal(AttemptStatus.Failed, Assert.Single(await machine.RowsAsync(call)).Status);
    }

    [Theory]
    [InlineData("error\n", "upstream_error")]
    [InlineData("bad\n", "upstream_invalid_response")]
    public async Task RawStream_WrongEventBeforeContent_NextTargetAndFirstClosedAtOnce(string line, string code)
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("role\n", line))) };
        await using var machine = TestMachine.Fast(a, Named("b", "text:ok\n", "finish\n"));
        var call = machine.Raw("text=hi", isStreaming: true);

        var outcome = await machine.SendAsync(call);

        Assert.True(a.Transport.Bodies[0].IsDisposed);
        Assert.False(a.Transport.Bodies[0].WasDrained);
        Assert.Equal(["text:ok\n", "finish\n", "end\n"], await ReadAsync(outcome)); // nothing of the first
        Assert.Equal(code, (await machine.RowsAsync(call))[0].ErrorCode);
    }

    [Theory]
    [InlineData("error\n", "upstream_error")]
    [InlineData("bad\n", "upstream_invalid_response")]
    public async Task RawStream_WrongEventAfterContent_ErrorNoSecondAttemptPartBooked(string line, string code)
    {
        var b = Named("b", "text:ok\n", "finish\n");
        await using var machine = TestMachine.Fast(Answering("role\n", "text:part\n", line, "finish\n", "end\n"), b);
        var call = machine.Raw("text=hi", isStreaming: true);
        var outcome = await machine.SendAsync(call);

        var (read, error) = await ReadUntilErrorAsync(outcome);
        await call.DisposeAsync();

        Assert.Equal(["role\n", "text:part\n"], read);
        Assert.Equal(code, error.Code);
        Assert.Equal(0, b.Calls);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Failed, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.Equal(1, machine.Totals.Failures);
        machine.AssertIdle();
    }

    [Fact]
    public async Task RawStream_ConnectionBreaksAfterContent_ErrorToReader()
    {
        var a = new FakeProvider("a")
        {
            Transport = new FakeTransport((_, _) =>
            {
                var body = FakeBody.Open("text:part\n", "tex");
                body.Break(new IOException("reset by 10.0.0.1"));
                return Task.FromResult(body);
            }),
        };
        await using var machine = TestMachine.Fast(a);

        var (read, error) = await ReadUntilErrorAsync(await machine.SendAsync(machine.Raw("text=hi", isStreaming: true)));

        Assert.Equal(["text:part\n"], read);
        Assert.Equal("upstream_unreachable", error.Code);
        Assert.DoesNotContain("10.0.0.1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RawStream_EndsBeforeContent_NextTarget()
    {
        await using var machine = TestMachine.Fast(Answering("role\n", "end\n"), Named("b", "text:ok\n", "finish\n"));

        Assert.Equal("b", (await machine.SendAsync(machine.Raw("text=hi", isStreaming: true))).Provider);
    }

    [Fact]
    public async Task RawStream_EndlessEventsWithoutContent_NextTarget()
    {
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with { Limits = new LimitsSettings { MaxReplyBytes = 1000 } };
        var endless = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open([.. Enumerable.Repeat("role\n", 300)]))) };
        await using var machine = new TestMachine(settings, [endless, Named("b", "text:ok\n", "finish\n")]);

        Assert.Equal("b", (await machine.SendAsync(machine.Raw("text=hi", isStreaming: true)).WaitAsync(TimeSpan.FromSeconds(30))).Provider);
    }

    [Fact]
    public async Task RawStream_SilentBeforeContent_NextTargetAndFirstClosed()
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("role\n"))) };
        await using var machine = TestMachine.Fast(a, Named("b", "text:ok\n", "finish\n"));

        var sent = machine.SendAsync(machine.Raw("text=hi", isStreaming: true));
        await FallbackTests.Eventually(() => a.Calls == 1);
        machine.Time.Advance(TimeSpan.FromSeconds(30));
        var outcome = await sent.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("b", outcome.Provider);
        Assert.True(a.Transport.Bodies[0].IsDisposed);
        Assert.Equal(0, machine.Entry("a").CallsInFlight);
    }

    [Fact]
    public async Task RawStream_SilentAfterContent_UpstreamTimeout()
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("text:part\n"))) };
        await using var machine = TestMachine.Fast(a);
        var outcome = await machine.SendAsync(machine.Raw("text=hi", isStreaming: true));

        var reading = ReadUntilErrorAsync(outcome);
        machine.Time.Advance(TimeSpan.FromSeconds(21));

        var (_, error) = await reading.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
    }

    [Fact]
    public async Task RawStream_ReaderIsSlow_NotTakenForTheUpstreamsSilence()
    {
        await using var machine = TestMachine.Fast(Answering("text:a\n", "text:b\n", "finish\n", "end\n"));
        var outcome = await machine.SendAsync(machine.Raw("text=hi", isStreaming: true));

        machine.Time.Advance(TimeSpan.FromSeconds(40));
        var count = 0;
        await foreach (var item in outcome.Events!)
        {
            count++;
            machine.Time.Advance(TimeSpan.FromSeconds(25));
        }

        Assert.Equal(4, count);
    }

    [Fact]
    public async Task RawStream_ReaderLeaves_UpstreamClosedUnreadAndRowCancelledWithEstimate()
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("role\n", "text:hello\n", "text:more\n"))) };
        await using var machine = TestMachine.Fast(a);
        var call = machine.Raw("text=hi", isStreaming: true);
        var outcome = await machine.SendAsync(call);

        await foreach (var item in outcome.Events!)
        {
            break;
        }

        await call.DisposeAsync();
        var body = a.Transport.Bodies[0];
        Assert.Equal((true, true, false), (body.IsDisposed, body.IsOwnerDisposed, body.WasDrained));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.Equal((0, 1), (machine.Totals.Failures, machine.Totals.Cancelled));
        machine.AssertIdle();
    }

    [Fact]
    public async Task RawStream_CallerCancelsWhileReading_CancelledAndClosed()
    {
        using var leaves = new CancellationTokenSource();
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("text:hello\n"))) };
        await using var machine = TestMachine.Fast(a);
        var call = machine.Raw("text=hi", isStreaming: true);
        var outcome = await machine.SendAsync(call, leaves.Token);

        var reading = ReadAsync(outcome);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        await call.DisposeAsync();
        Assert.True(a.Transport.Bodies[0].IsDisposed);
        Assert.Equal(AttemptStatus.Cancelled, Assert.Single(await machine.RowsAsync(call)).Status);
    }

    [Fact]
    public async Task RawStream_NeverEnumerated_ClosedAndBookedAtDisposal()
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => Task.FromResult(FakeBody.Open("text:hello\n"))) };
        await using var machine = TestMachine.Fast(a);
        var call = machine.Raw("text=hi", isStreaming: true);

        await machine.SendAsync(call);
        Assert.Equal((1, 1), (machine.Entry("a").CallsInFlight, machine.Gate.Active));
        await call.DisposeAsync();

        Assert.Equal((true, false), (a.Transport.Bodies[0].IsDisposed, a.Transport.Bodies[0].WasDrained));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        machine.AssertIdle();
    }

    [Fact]
    public async Task RawStream_EnumeratedTwice_SecondReaderGetsNothingOfTheFirst()
    {
        await using var machine = TestMachine.Fast(Answering("text:x\n", "finish\n", "end\n"));
        var call = machine.Raw("text=hi", isStreaming: true);
        var outcome = await machine.SendAsync(call);
        await ReadAsync(outcome);

        await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(outcome));

        Assert.Single(await machine.RowsAsync(call));
    }

    [Fact]
    public async Task RawTransport_FailsOrReturnsNull_NextTarget()
    {
        var a = new FakeProvider("a") { Transport = FakeTransport.Failing(new HttpRequestException("no route to 10.0.0.1")) };
        var b = new FakeProvider("b") { Transport = new FakeTransport((_, _) => null!) };
        await using var machine = TestMachine.Fast(a, b, Named("c", "fine"));
        var call = machine.Raw("text=hi");

        var outcome = await machine.SendAsync(call);

        Assert.Equal("c", outcome.Provider);
        Assert.Equal(["upstream_unreachable", "provider_fault"], (await machine.RowsAsync(call)).Take(2).Select(row => row.ErrorCode));
    }

    internal static FakeProvider Answering(params string[] pieces) => Named("a", pieces);

    internal static FakeProvider Named(string name, params string[] pieces) => new(name) { Transport = FakeTransport.Saying(pieces) };

    private static async Task<List<string>> ReadAsync(ChatOutcome outcome)
    {
        List<string> read = [];
        await foreach (var item in outcome.Events!)
        {
            read.Add(Encoding.UTF8.GetString(item.Span));
        }

        return read;
    }

    private static async Task<(List<string> Read, ConductorException Error)> ReadUntilErrorAsync(ChatOutcome outcome)
    {
        List<string> read = [];
        var error = await Assert.ThrowsAnyAsync<ConductorException>(async () =>
        {
            await foreach (var item in outcome.Events!)
            {
                read.Add(Encoding.UTF8.GetString(item.Span));
            }
        });
        return (read, error);
    }
}
