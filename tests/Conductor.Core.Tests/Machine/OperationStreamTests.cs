using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>Plain-text operations piece by piece. How a stream ends is told and booked by what chat uses (StreamTests); here is what an operation adds.</summary>
public sealed class OperationStreamTests
{
    private static readonly string[] Texts =
    [
        "hello", "  hello  ", "\n\na b\t c \r\n", "one two  three", "🙂", " 🙂 🙂 ", "\ud83d", "a \ud83d", "\ude42 b", "\ud83d \ude42", "x\u00a0\u2003", "ends in half \ud83d ", "e\u0301 ", "日本 語\u3000",
    ];

    [Fact]
    public async Task Law_AnyTextInAnyPieces_DeltasAreTheResultsTextAndTheWholeAnswers()
    {
        foreach (var text in Texts)
        {
            var whole = EchoOf(await WholeAsync(text));
            for (var length = 1; length <= text.Length; length++)
            {
                var pieces = text.Chunk(length).Select(piece => Replies.Piece(new string(piece))).ToArray();
                await using var machine = Machine(Streaming([.. pieces, Replies.Finish(), Replies.Usage(3, 4)]));
                var call = Call(machine);

                var outcome = await machine.SendAsync(call);
                var deltas = await outcome.Deltas!.ToListAsync();

                Assert.DoesNotContain("", deltas);
                Assert.Equal(whole, string.Concat(deltas));
                Assert.Equal(whole, EchoOf(outcome));
            }
        }
    }

    [Fact]
    public async Task Stream_ReadToEnd_BookedAndCompleteAtTheEnd()
    {
        var operation = Plain();
        operation.OnRead = reply =>
        {
            reply.Notices.Add("Mended.");
            return Echo(reply.Text);
        };
        var a = Streaming(Replies.Role(), Replies.Piece("he"), Replies.Piece("llo"), Replies.Finish(), Replies.Usage(11, 4));
        await using var machine = Machine(operation, a);
        var call = Call(machine);

        var outcome = await machine.SendAsync(call);
        Assert.True(outcome.Result.IsEmpty);
        Assert.Equal(1, machine.Snapshot.Operations["echo"].CallsInFlight); // its code reads the result at the end
        machine.Time.Advance(TimeSpan.FromSeconds(2));
        var deltas = await outcome.Deltas!.ToListAsync();

        Assert.Equal(["he", "llo"], deltas);
        Assert.Equal("hello", EchoOf(outcome));
        Assert.Equal(["Mended."], outcome.Notices);
        Assert.Equal((11, 4), (outcome.Usage.InputTokens, outcome.Usage.OutputTokens));
        Assert.Equal("settled", CallCost.Of(call).Status);
        Assert.True(call.Timings.Total >= TimeSpan.FromSeconds(2));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Succeeded, CostStatus.Settled, 11, 4), (row.Status, row.CostStatus, row.Usage.InputTokens, row.Usage.OutputTokens));
        await call.DisposeAsync();
        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Stream_NoUsageStated_EstimatedFromPromptAndText()
    {
        await using var machine = Machine(Streaming(Replies.Piece("hello there friend"), Replies.Finish()));
        var call = Call(machine);

        var outcome = await machine.SendAsync(call);
        await outcome.Deltas!.ToListAsync();

        Assert.True(outcome.Usage is { IsEstimated: true, OutputTokens: > 2, InputTokens: > 5 });
        Assert.Equal(CostStatus.Estimated, Assert.Single(await machine.RowsAsync(call)).CostStatus);
    }

    [Fact]
    public async Task Stream_FailsBeforeAnythingIsSeen_NextTargetAndFirstStreamDisposedAtOnce()
    {
        var a = Streaming(Replies.Role(), Replies.Piece(" \n"), new ProviderException(ProviderErrorKind.Network, "reset"));
        await using var machine = Machine(a, new FakeProvider("b"));
        var call = Call(machine);

        var outcome = await machine.SendAsync(call);

        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        Assert.Equal(0, machine.Entry("a").CallsInFlight);
        Assert.Equal("from b", string.Concat(await outcome.Deltas!.ToListAsync()));
        Assert.Equal([AttemptStatus.Failed, AttemptStatus.Succeeded], (await machine.RowsAsync(call)).Select(row => row.Status));
        await call.DisposeAsync();
        machine.AssertIdle();
    }

    [Fact]
    public async Task Stream_FinishesEmptyAndTheOperationRefuses_NextTargetAndUsageBooked()
    {
        var operation = Plain();
        operation.OnRead = reply => reply.Text.Length == 0 ? throw new OperationReplyException("empty") : Echo(reply.Text);
        var a = Streaming(Replies.Piece("  "), Replies.Finish(), Replies.Usage(11, 4));
        await using var machine = Machine(operation, a, new FakeProvider("b"));
        var call = Call(machine);

        var outcome = await machine.SendAsync(call);
        await outcome.Deltas!.ToListAsync();

        Assert.Equal(("b", 1), (outcome.Provider, a.StreamsDisposed));
        var first = (await machine.RowsAsync(call))[0];
        Assert.Equal(("upstream_invalid_response", 11, 4), (first.ErrorCode, first.Usage.InputTokens, first.Usage.OutputTokens));
    }

    public static TheoryData<string, object[]> SpentBeforeContent => new()
    {
        { "upstream_invalid_response", [Replies.Piece(new string(' ', 60)), Replies.Piece(new string('\n', 60)), Replies.Finish()] }, // longer than a reply may be
        { "upstream_invalid_response", [Replies.Role(), Replies.Usage(11, 4)] }, // no content and no finish
        { "upstream_unreachable", [Replies.Finish(), Replies.Usage(11, 4), new ProviderException(ProviderErrorKind.Network, "reset")] },
    };

    [Theory]
    [MemberData(nameof(SpentBeforeContent))]
    public async Task Stream_FailsBeforeContentButWasUsed_Booked(string code, object[] steps)
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Limits = new LimitsSettings { MaxReplyBytes = 100 } };
        await using var machine = new TestMachine(settings, [Streaming(steps)], [Plain()]);
        var call = Call(machine);

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));
        await call.DisposeAsync();

        Assert.Equal(code, error.Code);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal(AttemptStatus.Failed, row.Status);
        Assert.True(row.Usage is { InputTokens: > 0, OutputTokens: > 0 } && row.Cost > Conductor.Money.NanoUsd.Zero, row.ToString());
        machine.AssertIdle();
    }

    [Fact]
    public async Task Stream_FinishesEmptyAndTheOperationTakesIt_NoDeltasAndAResult()
    {
        var operation = Plain();
        operation.OnRead = reply => Echo($"[{reply.FinishReason}]");
        await using var machine = Machine(operation, Streaming(Replies.Finish(), Replies.Usage(11, 0)));
        var call = Call(machine);

        var outcome = await machine.SendAsync(call);

        Assert.Empty(await outcome.Deltas!.ToListAsync());
        Assert.Equal("[stop]", EchoOf(outcome));
        Assert.Equal(11, Assert.Single(await machine.RowsAsync(call)).Usage.InputTokens);
    }

    [Fact]
    public async Task Stream_FailsAfterContent_ReaderGetsErrorAndNoSecondAttempt()
    {
        var b = new FakeProvider("b");
        await using var machine = Machine(Streaming(Replies.Piece("hel"), new ProviderException(ProviderErrorKind.Network, "reset by 10.0.0.1")), b);
        var call = Call(machine);
        var outcome = await machine.SendAsync(call);
        var seen = new List<string>();

        var error = await Assert.ThrowsAsync<ConductorException>(async () =>
        {
            await foreach (var delta in outcome.Deltas!)
            {
                seen.Add(delta);
            }
        });
        await call.DisposeAsync();

        Assert.Equal(["hel"], seen);
        Assert.Equal(("upstream_unreachable", 0), (error.Code, b.Calls));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Failed, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.True(row.Usage.InputTokens > 0 && row.Usage.OutputTokens > 0);
        Assert.True(outcome.Result.IsEmpty);
        Assert.Equal(1, machine.Totals.Failures);
        machine.AssertIdle();
    }

    public static TheoryData<string, Func<OperationReply, ReadOnlyMemory<byte>>> BadReadings => new()
    {
        { "upstream_invalid_response", _ => throw new OperationReplyException("no") },
        { "upstream_invalid_response", _ => """{"wrong":1}"""u8.ToArray() },
        { "upstream_invalid_response", _ => "no json"u8.ToArray() },
        { "operation_fault", _ => throw new FormatException("secret") },
    };

    [Theory]
    [MemberData(nameof(BadReadings))]
    public async Task Stream_ResultCannotBeMade_ErrorAtTheEndAndBookedWithUsage(string code, Func<OperationReply, ReadOnlyMemory<byte>> read)
    {
        var operation = Plain();
        operation.OnRead = read;
        await using var machine = Machine(operation, Streaming(Replies.Piece("hello"), Replies.Finish(), Replies.Usage(11, 4)));
        var call = Call(machine);
        var outcome = await machine.SendAsync(call);

        var error = await Assert.ThrowsAsync<ConductorException>(async () => await outcome.Deltas!.ToListAsync());
        await call.DisposeAsync();

        Assert.Equal(code, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Failed, code, 11, 4), (row.Status, row.ErrorCode, row.Usage.InputTokens, row.Usage.OutputTokens));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Stream_LongerThanAReplyMayBe_Error()
    {
        var settings = TestMachine.Alias("fast", "a/m") with { Limits = new LimitsSettings { MaxReplyBytes = 100 } };
        var endless = Streaming([.. Enumerable.Repeat((object)Replies.Piece("0123456789"), 50), Replies.Finish()]);
        await using var machine = new TestMachine(settings, [endless], [Plain()]);
        var outcome = await machine.SendAsync(Call(machine));

        var error = await Assert.ThrowsAsync<ConductorException>(async () => await outcome.Deltas!.ToListAsync());

        Assert.Equal("upstream_invalid_response", error.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_CallerLeaves_ClosedAndBookedAsCancelled(bool isByToken)
    {
        var a = Streaming(Replies.Piece("hello "), Replies.Piece("world "), Replies.Silence);
        await using var machine = Machine(a);
        using var left = new CancellationTokenSource();
        var call = Call(machine);
        var outcome = await machine.SendAsync(call, left.Token);

        var deltas = outcome.Deltas!.GetAsyncEnumerator();
        Assert.True(await deltas.MoveNextAsync());
        if (isByToken)
        {
            Assert.True(await deltas.MoveNextAsync());
            var next = deltas.MoveNextAsync();
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        }

        await deltas.DisposeAsync();
        await call.DisposeAsync();

        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Stream_NeverRead_ClosedAndBookedWithTheCall()
    {
        var a = Streaming(Replies.Piece("hello"), Replies.Silence);
        await using var machine = Machine(a);
        var call = Call(machine);
        await machine.SendAsync(call);

        await call.DisposeAsync();

        Assert.Equal((1, 1), (a.StreamsOpened, a.StreamsDisposed));
        Assert.Equal(AttemptStatus.Cancelled, Assert.Single(await machine.RowsAsync(call)).Status);
        machine.AssertIdle();
    }

    [Fact]
    public async Task Stream_ReadTwice_Refused()
    {
        await using var machine = Machine(Streaming(Replies.Piece("hello"), Replies.Finish()));
        var outcome = await machine.SendAsync(Call(machine));
        await outcome.Deltas!.ToListAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await outcome.Deltas!.ToListAsync());
    }

    [Fact]
    public async Task Stream_SameRequestTwice_AskedTwice()
    {
        var a = new FakeProvider("a");
        await using var machine = Machine(a);

        for (var i = 0; i < 2; i++)
        {
            await (await machine.SendAsync(Call(machine))).Deltas!.ToListAsync();
        }

        Assert.Equal(2, a.Calls);
    }

    [Fact]
    public async Task OtherOperations_AskedToStream_AnswerWhole()
    {
        var structured = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        await using var prompted = new TestMachine(TestMachine.Alias("fast", "a/m"), [structured], [new FakeOperation()]);
        await using var native = new TestMachine(TestMachine.Alias("fast", "e/engine"), [RoutingTests.Native("e")], [Plain()]);

        foreach (var machine in (TestMachine[])[prompted, native])
        {
            var call = Call(machine);
            var outcome = await machine.SendAsync(call);
            await call.DisposeAsync();

            Assert.Null(outcome.Deltas);
            Assert.False(outcome.Result.IsEmpty);
            Assert.Equal(AttemptStatus.Succeeded, Assert.Single(await machine.RowsAsync(call)).Status);
            machine.AssertIdle();
        }
    }

    [Theory]
    [InlineData(true, """{"text":"x","parameters":{"stream":true}}""", true)]
    [InlineData(true, """{"text":"x","parameters":{"stream":false}}""", false)]
    [InlineData(true, """{"text":"x","parameters":{"stream":null}}""", false)]
    [InlineData(true, """{"text":"x"}""", false)]
    [InlineData(false, """{"text":"x","parameters":{"stream":true}}""", false)] // a structured operation's parameter of that name is its own
    public async Task Read_StreamParameter_OfPlainTextOperationsOnly(bool isPlain, string body, bool isStreaming)
    {
        await using var machine = new TestMachine(operations: [new Loose(isPlain)]);
        using var request = OperationRequest.Parse("loose", Encoding.UTF8.GetBytes(body), machine.Snapshot);

        await using var call = await request.ReadCallAsync(CallContext.New(), CancellationToken.None);
        await using var asked = await request.ReadCallAsync(CallContext.New(), CancellationToken.None, isStreaming: true);

        Assert.Equal((isStreaming, true), (call.IsStreaming, asked.IsStreaming));
    }

    [Theory]
    [InlineData(9, null)]
    [InlineData(10, "parameters.messages[1].content")]
    public async Task Read_Messages_HeldToTheLengthOfAText(int length, string? field)
    {
        var settings = new ConductorSettings { Limits = new LimitsSettings { MaxTextLength = 9 } };
        await using var machine = new TestMachine(settings, operations: [new Loose(isPlain: true)]);
        var message = $$"""{"role":"user","content":"{{new string('x', length)}}"}""";
        var parameters = $$"""{"messages":[{"role":"user","content":"x"},{{message}}]}""";
        using var alone = OperationRequest.Parse("loose", Encoding.UTF8.GetBytes($$"""{"parameters":{{parameters}},"text":"x"}"""), machine.Snapshot);
        using var batch = OperationRequest.Parse("loose", Encoding.UTF8.GetBytes($$"""{"inputs":[{"text":"x","parameters":{{parameters}}}]}"""), machine.Snapshot);

        var error = await Record.ExceptionAsync(() => alone.ReadCallAsync(CallContext.New(), CancellationToken.None));
        var inBatch = await Record.ExceptionAsync(() => batch.ReadBatch(CallContext.New(), CancellationToken.None).ReadAsync(0));

        Assert.Equal((field, field), ((error as InvalidRequestException)?.Param, (inBatch as InvalidRequestException)?.Param));
        Assert.Equal(error?.Message, inBatch?.Message);
    }

    [Fact]
    public async Task Batch_WithStreamParameter_RefusedAsAWholeOrForItsItem()
    {
        await using var machine = new TestMachine(operations: [new Loose(isPlain: true)]);
        using var whole = OperationRequest.Parse("loose", """{"inputs":["x"],"parameters":{"stream":true}}"""u8.ToArray(), machine.Snapshot);
        using var item = OperationRequest.Parse("loose", """{"inputs":[{"text":"x","parameters":{"stream":true}}]}"""u8.ToArray(), machine.Snapshot);

        var error = Assert.Throws<InvalidRequestException>(() => whole.ReadBatch(CallContext.New(), CancellationToken.None));
        var itsOwn = await Assert.ThrowsAsync<InvalidRequestException>(() => item.ReadBatch(CallContext.New(), CancellationToken.None).ReadAsync(0));

        Assert.Equal(("parameters.stream", "parameters.stream"), (error.Param, itsOwn.Param));
    }

    private static async Task<OperationOutcome> WholeAsync(string text)
    {
        await using var machine = Machine(new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text(text)) });
        return await machine.SendAsync(machine.Operation());
    }

    private static OperationCall Call(TestMachine machine)
    {
        var call = machine.Operation();
        return machine.Track(new OperationCall { Context = call.Context, Model = call.Model, Operation = call.Operation, Payload = call.Payload, IsStreaming = true });
    }

    // The result may be any text here, an empty one too.
    private static FakeOperation Plain() => new(isStructured: false);

    private static ReadOnlyMemory<byte> Echo(string text) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["echo"] = text });

    private static string EchoOf(OperationOutcome outcome) => JsonElement.Parse(outcome.Result.Span).GetProperty("echo").GetString()!;

    private static FakeProvider Streaming(params object[] steps) => new("a") { Stream = (_, token) => Replies.Script(token, steps) };

    private static TestMachine Machine(params FakeProvider[] providers) => Machine(Plain(), providers);

    private static TestMachine Machine(FakeOperation operation, params FakeProvider[] providers) =>
        new(TestMachine.Alias("fast", [.. providers.Select(provider => $"{provider.Name}/m")]), providers, [operation]);

    /// <summary>An operation that takes any parameters.</summary>
    private sealed class Loose(bool isPlain) : IOperation
    {
        public OperationDescriptor Descriptor { get; } = new()
        {
            Name = "loose",
            Description = "Takes anything.",
            RequestSchema = FakeOperation.Json("""{"type":"object"}"""),
            ResultSchema = FakeOperation.Json("""{"type":"object"}"""),
            IsStructured = !isPlain,
        };

        public void Validate(ReadOnlyMemory<byte> payload)
        {
        }

        public IReadOnlyDictionary<string, object?> CreatePromptArguments(ReadOnlyMemory<byte> payload) => new Dictionary<string, object?>();

        public ReadOnlyMemory<byte> ReadReply(OperationReply reply, ReadOnlyMemory<byte> payload) => "{}"u8.ToArray();
    }
}
