using Conductor.Host.Http;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

public sealed class StreamedAnswerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task IsDoneWithin_DoneBetweenTheEndOfItsTimeAndTheLook_TellsSoAndThrowsNothing(bool isDone)
    {
        var time = new ManualTimeProvider();
        var sending = new TaskCompletionSource();
        var looks = new Held();
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(looks);
        var within = StreamedAnswer.IsDoneWithinAsync(sending.Task, TimeSpan.FromSeconds(1), time);
        SynchronizationContext.SetSynchronizationContext(outer);

        time.Advance(TimeSpan.FromSeconds(2));
        var look = await looks.Posted.WaitAsync(TimeSpan.FromSeconds(20));
        if (isDone)
        {
            sending.SetResult();
        }

        look();
        Assert.Equal(isDone, await within.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    // Keeps what comes after an await until the test lets it run.
    private sealed class Held : SynchronizationContext
    {
        private readonly TaskCompletionSource<Action> _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Action> Posted => _posted.Task;

        public override void Post(SendOrPostCallback d, object? state) => _posted.SetResult(() => d(state));
    }
}
