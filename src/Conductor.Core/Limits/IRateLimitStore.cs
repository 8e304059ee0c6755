namespace Conductor.Limits;

/// <summary>
/// Counts what is taken of limits. All limits of a call are asked in one step, and a call gets its place in all of them or in none: one round trip, where the counts are
/// kept by a server that several gateways share.
/// </summary>
/// <remarks>The store has the clock. What it calls a moment (<see cref="RateLimitVerdict.At"/>) is its own and is handed back to it as it was.</remarks>
public interface IRateLimitStore
{
    /// <summary>Takes every amount, or nothing. An amount of zero always fits; it asks how a limit stands.</summary>
    /// <param name="demands">Each limit once.</param>
    /// <param name="cancellationToken">Ends the wait for a store that is elsewhere; nothing is then taken, or what was taken runs out by itself.</param>
    ValueTask<RateLimitVerdict> TakeAsync(ReadOnlyMemory<RateLimitDemand> demands, CancellationToken cancellationToken);

    /// <summary>Says what <see cref="TakeAsync"/> would say, and takes nothing.</summary>
    ValueTask<RateLimitVerdict> LookAsync(ReadOnlyMemory<RateLimitDemand> demands, CancellationToken cancellationToken);

    /// <summary>Sets right what was taken: gives back what was not used, or adds what was used beyond it, whether or not it fits.</summary>
    /// <param name="demands">Each limit once. A negative amount gives back, a positive one adds.</param>
    /// <param name="at">When it was taken. What has run out since, or belongs to another day, is not given back.</param>
    /// <param name="cancellationToken">Ends the wait for a store that is elsewhere.</param>
    ValueTask CorrectAsync(ReadOnlyMemory<RateLimitDemand> demands, long at, CancellationToken cancellationToken);
}

/// <summary>What is wanted of one limit.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Amount">Requests or tokens.</param>
public readonly record struct RateLimitDemand(RateLimit Limit, long Amount);

/// <summary>How one limit stands.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Remaining">What is left of it now; never below zero.</param>
/// <param name="Reset">The time until all of it is there again, if nothing else is taken.</param>
/// <param name="Wait">The time until the amount fits, if nothing else is taken; zero: it fitted. <see cref="Never"/>: it is more than the whole limit.</param>
public readonly record struct RateLimitState(RateLimit Limit, long Remaining, TimeSpan Reset, TimeSpan Wait)
{
    /// <summary>The wait for an amount that no waiting makes fit.</summary>
    public static readonly TimeSpan Never = TimeSpan.MaxValue;
}

/// <summary>What came of a demand.</summary>
/// <param name="IsTaken">True: all of it is taken. False: nothing is.</param>
/// <param name="At">The store's own mark of the moment.</param>
/// <param name="States">How each limit stands now, in the order of the demands.</param>
public readonly record struct RateLimitVerdict(bool IsTaken, long At, RateLimitState[] States)
{
    /// <summary>The limit that keeps a call out longest; null where all fitted.</summary>
    public RateLimitState? Tightest
    {
        get
        {
            RateLimitState? tightest = null;
            foreach (var state in States)
            {
                if (state.Wait > TimeSpan.Zero && (tightest is not { } known || state.Wait > known.Wait))
                {
                    tightest = state;
                }
            }

            return tightest;
        }
    }
}
