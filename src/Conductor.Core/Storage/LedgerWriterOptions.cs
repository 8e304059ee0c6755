namespace Conductor.Storage;

/// <summary>How the ledger's rows are gathered and how long they may wait.</summary>
public sealed record LedgerWriterOptions
{
    /// <summary>Rows that may wait before new calls are refused. A row takes about half a kilobyte.</summary>
    public int Capacity { get; init; } = 20_000;

    /// <summary>Most rows of one transaction.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>How long the first row of a batch waits for company. Zero = not at all.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The wait after a first failure; it doubles up to <see cref="LongestRetry"/>.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two tries.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A store that takes nothing for this long makes the ledger full, however few rows wait: they would be lost with the process.</summary>
    public TimeSpan LongestFailure { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a stop tries to write what is left.</summary>
    public TimeSpan LongestStop { get; init; } = TimeSpan.FromSeconds(10);
}
