namespace Conductor.Storage.Sqlite;

/// <summary>Times as the tables keep them: microseconds since 1970-01-01 UTC.</summary>
internal static class LedgerTime
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Read(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
