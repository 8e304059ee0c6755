namespace Conductor.Telemetry;

/// <summary>Numbers of log events. Never reused.</summary>
internal static class EventIds
{
    public const int PromptTaken = 3500;
    public const int PromptLeft = 3501;
    public const int PromptKept = 3502;
    public const int CallEnded = 4000;
    public const int LedgerWriteFailed = 4010;
    public const int LedgerRecovered = 4011;
    public const int LedgerStillFailing = 4012;
    public const int LedgerLost = 4013;
}
