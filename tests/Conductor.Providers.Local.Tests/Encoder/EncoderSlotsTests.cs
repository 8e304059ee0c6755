using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Model;

namespace Conductor.Providers.Local.Tests.Encoder;

public class EncoderSlotsTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Run_ManyAtOnce_NoMoreAtWorkThanThereAreSlots()
    {
        var slots = new EncoderSlots(2);
        using var pair = new Barrier(2);
        var (atWork, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => slots.RunAsync(
            () =>
            {
                var now = Interlocked.Increment(ref atWork);
                InterlockedMax(ref most, now);
                pair.SignalAndWait(LongEnough); // two are at work at once, or this would not come back
                return Interlocked.Decrement(ref atWork);
            },
            CancellationToken.None)));

        Assert.Equal(2, most);
    }

    [Fact]
    public async Task Run_CallerIsNotHeld()
    {
        using var go = new ManualResetEventSlim();

        var running = new EncoderSlots(1).RunAsync(() => go.Wait(LongEnough), CancellationToken.None);
        Assert.False(running.IsCompleted);
        go.Set();

        Assert.True(await running);
    }

    [Fact]
    public async Task Run_ShortCallBesideALongOne_ComesBetweenItsRuns()
    {
        var slots = new EncoderSlots(1);
        using var tooLong = new CancellationTokenSource(LongEnough);
        var isShortDone = false;

        async Task LongCallAsync()
        {
            while (!isShortDone)
            {
                await slots.RunAsync(() => true, tooLong.Token);
            }
        }

        var longCall = LongCallAsync();
        await slots.RunAsync(() => isShortDone = true, tooLong.Token);

        await longCall;
        Assert.True(isShortDone);
    }

    [Fact]
    public async Task Run_CancelledWhileItWaits_EndsAndTheSlotIsWhole()
    {
        var slots = new EncoderSlots(1);
        using var go = new ManualResetEventSlim();
        using var leaving = new CancellationTokenSource();
        var first = slots.RunAsync(() => go.Wait(LongEnough), CancellationToken.None);
        var second = slots.RunAsync(() => true, leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        go.Set();
        Assert.True(await first);
        await Assert.ThrowsAsync<InvalidOperationException>(() => slots.RunAsync<bool>(() => throw new InvalidOperationException(), CancellationToken.None));
        Assert.True(await slots.RunAsync(() => true, CancellationToken.None));
    }

    [Fact]
    public void Model_CancelledInsideARun_StopsBeforeTheNextLayer()
    {
        using var model = MiniLmModel.Load(MiniLmEncoder.ShippedModel, KernelKinds.Best);
        var window = model.Frame(model.Tokenize("a text"), 0);

        Assert.ThrowsAny<OperationCanceledException>(() => model.Run([window], new CancellationToken(canceled: true)));
        Assert.Single(model.Run([window], CancellationToken.None));
    }

    [Fact]
    public async Task Encode_TextThatTakesManyRuns_TheCallerIsNotHeldAndCancellationEndsIt()
    {
        using var encoder = new MiniLmEncoder(MiniLmEncoder.ShippedModel, KernelKinds.Best, new EncoderSlots(1));
        using var leaving = new CancellationTokenSource();
        string[] texts = [.. Enumerable.Repeat(new string('!', 32_000), 1_000)]; // about an hour's work

        var running = encoder.EncodeAsync(texts, leaving.Token);
        Assert.False(running.IsCompleted);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            seen = before == seen ? value : before;
        }
    }
}
