namespace Conductor.Settings;

/// <summary>`storage:`</summary>
public sealed record StorageSettings
{
    /// <summary>The data folder, absolute.</summary>
    public string Path { get; init; } = "";

    /// <summary>Attempts that may run, and rows that may wait for the ledger, at once; one more is refused with 503.</summary>
    public int Slots { get; init; } = 8_192;

    /// <summary>What a call's booking survives.</summary>
    public LedgerDurability Durability { get; init; } = LedgerDurability.Slots;

    /// <summary>How long the ledger keeps single rows before they become sums of a day; null = for ever.</summary>
    public TimeSpan? LedgerRetention { get; init; }

    /// <summary>`storage.responses`</summary>
    public ResponsesSettings Responses { get; init; } = new();
}

/// <summary>What the booking of a call survives.</summary>
public enum LedgerDurability
{
    /// <summary>The sudden end of the process: a place in a file that is mapped into memory.</summary>
    Slots,

    /// <summary>The loss of power too: before every attempt a row is on the disk.</summary>
    Full,
}
