using Conductor.Providers;
using Microsoft.Extensions.Logging;

namespace Conductor.Fallback;

internal static partial class FallbackLog
{
    [LoggerMessage(EventIds.TargetFailed, LogLevel.Warning, "Target {Target} failed ({Kind}: {Reason}) for {RequestId}")]
    public static partial void Failed(ILogger logger, string target, ProviderErrorKind kind, string reason, string requestId);

    [LoggerMessage(EventIds.TargetPassedOver, LogLevel.Debug, "Target {Target} was passed over for {RequestId}: {Reason}")]
    public static partial void PassedOver(ILogger logger, string target, string reason, string requestId);
}
