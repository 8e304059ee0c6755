namespace Conductor;

/// <summary>Numbers of log events. A number is never given to another event.</summary>
internal static class EventIds
{
    public const int TargetFailed = 1001;
    public const int StreamFailed = 1002;
    public const int CompletionFailed = 1003;
    public const int PluginFault = 1004;
    public const int ResultOffSchema = 1005;
    public const int PluginAbandoned = 1006;
    public const int BatchItemFailed = 1007;
    public const int PluginQuarantined = 1008;
    public const int PluginLetOut = 1009;

    public const int SettingsReloaded = 1100;
    public const int SettingsRefused = 1101;
    public const int SettingsProblem = 1102;
    public const int SettingsNote = 1103;
    public const int SettingNeedsRestart = 1104;
    public const int FolderNotWatched = 1105;
    public const int SettingsListenerFailed = 1106;

    public const int PromptTaken = 3500;
    public const int PromptLeft = 3501;
    public const int PromptKept = 3502;
    public const int PromptFault = 3503;

    public const int CallEnded = 4000;
    public const int LedgerWriteFailed = 4010;
    public const int LedgerRecovered = 4011;
    public const int LedgerStillFailing = 4012;
    public const int LedgerLost = 4013;
    public const int SpendObserverFailed = 4014;
    public const int ReservationsDamaged = 4015;
    public const int ReservationsFound = 4016;
    public const int LedgerKept = 4017;
    public const int ReservationsNotOpen = 4018;
    public const int ReservationKept = 4019;
    public const int BookedAtCeiling = 4020;
    public const int PricesChanged = 4021;
    public const int PriceChanged = 4022;

    public const int BudgetReached = 4100;
    public const int BudgetAlertFailed = 4101;
    public const int BalancesUnread = 4102;

    public const int LimitNotGivenBack = 4200;
    public const int LimitsUnread = 4201;
    public const int ProviderKeyRefused = 4202;
    public const int ProviderKeyTakenBack = 4203;
    public const int TargetPassedOver = 4204;

    public const int AuditFailing = 4300;
    public const int AuditRecovered = 4301;
    public const int AuditNotWritten = 4302;
}
