using System.Text;
using Conductor.Configuration;
using Conductor.Errors;
using Conductor.Host.Idempotency;
using Conductor.Settings;
using Conductor.TestKit;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Tests.Http;

/// <summary>One answer for many clients: who waits for whom, and how much is held.</summary>
public sealed class AnswerRecordingTests
{
    private const int Chunk = 16 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();
    private readonly RecordingMemory _memory = new(new FixedSettings(new ConductorSettings { Limits = new LimitsSettings { Idempotency = new IdempotencySettings { MaxMemoryBytes = 1 << 20 } } }));

    [Fact]
    public async Task Add_NobodyReads_NeverWaitsWhileAllOfItIsKept()
    {
        var recording = Started(1 << 20);
        recording.TryListen(out var slow);

        for (var i = 0; i < 60; i++)
        {
            await recording.AddAsync(new byte[Chunk], CancellationToken.None).AsTask().WaitAsync(Limit);
        }

        recording.End();
        Assert.Equal(60 * Chunk, await LengthAsync(slow));
        Assert.Equal(60 * Chunk, recording.TryTakeAll()!.Length);
    }

    [Fact]
    public async Task Add_TooLarge_WaitsForTheFirstAlone_AndTheSlowTwinIsToldAndCut()
    {
        var recording = Started(64 * 1024);
        recording.TryListen(out var first);
        recording.TryListen(out var slow);
        var length = 0;

        for (var i = 0; i < 200; i++)
        {
            await recording.AddAsync(new byte[Chunk], CancellationToken.None).AsTask().WaitAsync(Limit);
            length += (await first.NextAsync(CancellationToken.None))!.Length;
        }

        recording.End();
        Assert.Equal(200 * Chunk, length);
        var told = await Assert.ThrowsAsync<ConductorException>(async () => await LengthAsync(slow));
        Assert.Equal((409, "idempotency_not_kept"), (told.Status, told.Code));
        Assert.Null(recording.TryTakeAll());
        Assert.False(recording.TryListen(out _));
    }

    [Fact]
    public async Task Add_TooLargeAndTheFirstReadsNothing_HoldsNoMoreThanItsWindow_AndGoesOnOnceItReads()
    {
        var recording = Started(64 * 1024);
        recording.TryListen(out var first);
        var added = 0;
        var adding = Task.CompletedTask;
        while (adding.IsCompleted && added < 1000)
        {
            adding = recording.AddAsync(new byte[Chunk], CancellationToken.None).AsTask();
            added++;
        }

        Assert.InRange(added * Chunk, 256 * 1024, 256 * 1024 + (2 * Chunk)); // memory is bounded by the window, not by the answer
        await first.NextAsync(CancellationToken.None);
        await first.NextAsync(CancellationToken.None);
        await adding.WaitAsync(Limit);
        first.Dispose();
    }

    [Fact]
    public async Task Memory_SharedByAll_StreamsBeyondItGoOnAndAreNotKept()
    {
        var one = Started(1 << 20);
        var two = Started(1 << 20);
        one.TryListen(out var ofOne);
        two.TryListen(out var ofTwo);
        for (var i = 0; i < 40; i++)
        {
            await one.AddAsync(new byte[Chunk], CancellationToken.None).AsTask().WaitAsync(Limit);
            await two.AddAsync(new byte[Chunk], CancellationToken.None).AsTask().WaitAsync(Limit);
            await ofOne.NextAsync(CancellationToken.None);
            await ofTwo.NextAsync(CancellationToken.None);
        }

        Assert.InRange(_memory.Taken, 1, 1 << 20);
        Assert.True(one.IsTooLarge || two.IsTooLarge); // together they have made 1.25 MiB
        one.End();
        two.End();
        ofOne.Dispose();
        ofTwo.Dispose();
        Assert.Equal(0, _memory.Taken);
    }

    [Fact]
    public async Task Whole_NothingIsSeenBeforeAllOfItIsThere()
    {
        var recording = new AnswerRecording(1 << 20, _memory, TimeSpan.Zero, _time);
        recording.TryListen(out var listener);
        recording.Start(200, new HeaderDictionary { ContentLength = 3 });
        await recording.AddAsync("abc"u8.ToArray(), CancellationToken.None);
        var reading = listener.NextAsync(CancellationToken.None).AsTask();

        Assert.False(reading.IsCompleted);
        recording.End();
        Assert.Equal("abc", Encoding.ASCII.GetString((await reading.WaitAsync(Limit))!));
    }

    [Fact]
    public void Leave_Last_AbandonedAfterTheLinger_UnlessSomebodyComesBack()
    {
        var recording = new AnswerRecording(1 << 20, _memory, TimeSpan.FromSeconds(30), _time);
        recording.TryListen(out var first);
        first.Dispose();
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(recording.Abandoned.IsCancellationRequested);
        recording.TryListen(out var back);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(recording.Abandoned.IsCancellationRequested);
        back.Dispose();
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.True(recording.Abandoned.IsCancellationRequested);
    }

    private AnswerRecording Started(long most)
    {
        var recording = new AnswerRecording(most, _memory, TimeSpan.Zero, _time);
        recording.Start(200, new HeaderDictionary());
        return recording;
    }

    private static async Task<int> LengthAsync(AnswerListener listener)
    {
        var length = 0;
        while (await listener.NextAsync(CancellationToken.None) is { } bytes)
        {
            length += bytes.Length;
        }

        return length;
    }
}
