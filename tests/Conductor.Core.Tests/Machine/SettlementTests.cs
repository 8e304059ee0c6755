using Conductor.Calls;
using Conductor.Money;
using Conductor.Providers;
using Conductor.Storage;

namespace Conductor.Core.Tests.Machine;

/// <summary>What an attempt is booked with, however it ends.</summary>
public sealed class SettlementTests
{
    [Fact]
    public async Task Whole_CallerLeavesWhileItIsMade_IsEstimatedWithinItsReservation()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        using var leaving = new CancellationTokenSource();
        provider.Answer = async (_, _, token) =>
        {
            machine.Time.Advance(TimeSpan.FromMilliseconds(300));
            await leaving.CancelAsync();
            token.ThrowIfCancellationRequested();
            return Replies.Text("never");
        };
        var call = machine.Chat();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.SendAsync(call, leaving.Token));

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.Equal(new TokenUsage { InputTokens = 9, OutputTokens = 30, IsEstimated = true }, row.Usage); // a hundred tokens a second
        Assert.True(row.Cost <= row.Reserved);
    }

    [Fact]
    public async Task Whole_LongAfterItsLimit_IsNotMoreThanTheLongestAnswer()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        provider.Answer = (_, _, _) =>
        {
            machine.Time.Advance(TimeSpan.FromSeconds(20));
            throw new ProviderException(ProviderErrorKind.Network, "the connection broke");
        };
        var call = machine.Chat();
        call.Request.Options.MaxOutputTokens = 50;

        await Assert.ThrowsAsync<Errors.ConductorException>(() => machine.SendAsync(call));

        Assert.Equal(50, Assert.Single(await machine.RowsAsync(call)).Usage.OutputTokens);
    }

    [Fact]
    public async Task Whole_CallerHasLeftBefore_NothingWasSentAndNothingIsOwed()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var call = machine.Chat();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.SendAsync(call, gone.Token));

        Assert.All(await machine.RowsAsync(call), row => Assert.Equal((CostStatus.Released, NanoUsd.Zero), (row.CostStatus, row.Cost)));
        Assert.Equal(0, provider.Calls);
    }

    public static TheoryData<ProviderException, CostStatus> Failures => new()
    {
        { new ProviderException(ProviderErrorKind.Network, "broke") { IsUnsent = true }, CostStatus.Released },
        { new ProviderException(ProviderErrorKind.ServerError, "no") { StatusCode = 500 }, CostStatus.Released },
        { new ProviderException(ProviderErrorKind.Timeout, "no") { StatusCode = 504 }, CostStatus.Released },
        { new ProviderException(ProviderErrorKind.RateLimited, "no"), CostStatus.Released },
        { new ProviderException(ProviderErrorKind.Unsupported, "no"), CostStatus.Released },
        { new ProviderException(ProviderErrorKind.InvalidResponse, "what?") { StatusCode = 200 }, CostStatus.Estimated },
        { new ProviderException(ProviderErrorKind.InvalidResponse, "what?"), CostStatus.Estimated },
        { new ProviderException(ProviderErrorKind.Timeout, "no answer"), CostStatus.Estimated },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whole_Fails_IsOwedOnlyWhereTheUpstreamMayHaveWorked(ProviderException failure, CostStatus status)
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(failure));
        var call = machine.Chat();

        await Assert.ThrowsAsync<Errors.ConductorException>(() => machine.SendAsync(call));

        Assert.Equal(status, Assert.Single(await machine.RowsAsync(call)).CostStatus);
    }

    [Fact]
    public async Task Whole_RefusedBeforeItIsSent_IsReleased()
    {
        var provider = new FakeProvider("a");
        await using var machine = TestMachine.Fast(provider);
        provider.OnGetChatClient = () => throw new ProviderException(ProviderErrorKind.PluginFault, "no client");
        var call = machine.Chat();

        await Assert.ThrowsAsync<Errors.ConductorException>(() => machine.SendAsync(call));

        Assert.Equal(CostStatus.Released, Assert.Single(await machine.RowsAsync(call)).CostStatus);
    }

    [Fact]
    public async Task Vectors_OfNoUse_AreOwedAsStated()
    {
        var provider = new FakeProvider("a") { Embed = (_, _) => Task.FromResult(Replies.Vectors(5)) };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Embedding("fast", "default", "one text");

        await Assert.ThrowsAsync<Errors.ConductorException>(() => machine.SendAsync(call));

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Failed, CostStatus.Settled, 7L), (row.Status, row.CostStatus, row.Usage.InputTokens));
    }

    [Fact]
    public async Task Whole_SaysItUsedNothing_IsSettledAtNothing()
    {
        var provider = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("free of charge", input: 0, output: 0)) };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat();

        await machine.SendAsync(call);

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((CostStatus.Settled, NanoUsd.Zero, TokenUsage.None), (row.CostStatus, row.Cost, row.Usage));
    }

    [Fact]
    public async Task TypedStream_UsageInPartsAndCallerLeaves_IsTheLargerOfWordAndCount()
    {
        // The input is stated at the beginning with an output of one token; the rest would have come at the end.
        var provider = new FakeProvider("a")
        {
            Stream = (_, token) => Replies.Stream(token, Replies.Usage(120, 1), Replies.Piece(new string('x', 400)), Replies.Piece(new string('x', 400)), Replies.Finish()),
        };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        await foreach (var update in outcome.Updates!)
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        await call.DisposeAsync();
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated), (row.Status, row.CostStatus));
        Assert.Equal(new TokenUsage { InputTokens = 120, OutputTokens = 84, IsEstimated = true }, row.Usage);
    }

    [Fact]
    public async Task RawStream_UsageInPartsAndCallerLeaves_IsTheLargerOfWordAndCount()
    {
        var provider = new FakeProvider("a") { Transport = FakeTransport.Saying("usage:120,1\n", "text:\n", "finish\n", "end\n") };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Raw("model=fast;text=hello", isStreaming: true);
        var outcome = await machine.SendAsync(call);

        await foreach (var _ in outcome.Events!)
        {
            break;
        }

        await call.DisposeAsync();
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, CostStatus.Estimated, 120L), (row.Status, row.CostStatus, row.Usage.InputTokens));
    }

    [Fact]
    public async Task Stream_CountComesOutAboveTheCallersLimit_IsHeldToIt()
    {
        var provider = new FakeProvider("a") { Stream = (_, token) => Replies.Stream(token, Replies.Piece(new string('1', 400)), Replies.Finish()) };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat(isStreaming: true);
        call.Request.Options.MaxOutputTokens = 100; // counted by characters it would be 180
        var outcome = await machine.SendAsync(call);
        await foreach (var _ in outcome.Updates!)
        {
        }

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal(100, row.Usage.OutputTokens);
        Assert.True(row.Cost <= row.Reserved);
    }
}
