namespace Conductor.Access;

/// <summary>When a secret of a key was last let in. Kept in memory, since the start, to the second.</summary>
internal sealed class KeyUse
{
    private long _ticks;

    /// <summary>Null while it was not.</summary>
    public DateTimeOffset? Last => Volatile.Read(ref _ticks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Note(DateTimeOffset now)
    {
        // Read by all, written once a second: threads do not fight over the cache line of a busy key.
        var ticks = now.UtcTicks;
        if (ticks - Volatile.Read(ref _ticks) >= TimeSpan.TicksPerSecond)
        {
            Volatile.Write(ref _ticks, ticks);
        }
    }
}
