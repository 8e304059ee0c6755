namespace Conductor;

/// <summary>Numbers of log events. A number is never given to another event.</summary>
internal static class EventIds
{
    public const int TargetFailed = 1001;
    public const int StreamFailed = 1002;
    public const int CompletionFailed = 1003;
    public const int PluginFault = 1004;
    public const int ResultOffSchema = 1005;
}
