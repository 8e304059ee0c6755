namespace Conductor.Providers.Local.Encoder;

/// <summary>
/// How many runs of the model are at work at once, whoever asks for them: a call waits for its turn before each run, without holding a thread, and goes to the
/// end of the line after it. A short call waits for one run of each call before it, not for their ends, and what else the process does finds a core.
/// </summary>
/// <param name="count">Runs at once; at least 1.</param>
#pragma warning disable CA1001 // never disposed: a call that was given up on may still come back to it, and it holds nothing but memory
internal sealed class EncoderSlots(int count)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _free = new(count, count);

    /// <summary>All of this machine's cores but one.</summary>
    public static int Default => Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Runs something when it is its turn, on a thread of the pool.</summary>
    /// <param name="work">What takes a core for a few hundredths of a second.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // off the caller's thread and context
        await Task.Yield(); // behind what waits for a thread already
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return work();
        }
        finally
        {
            _free.Release();
        }
    }
}
