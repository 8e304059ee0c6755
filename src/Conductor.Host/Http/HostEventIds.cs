namespace Conductor.Host.Http;

/// <summary>Numbers of the host's own log lines; never reused.</summary>
internal static class HostEventIds
{
    public const int LeftByClient = 9001;
    public const int Unexpected = 9002;
    public const int SlowReader = 9003;
    public const int StreamFailed = 9004;
    public const int Listening = 9010;
    public const int Draining = 9011;
    public const int Stopped = 9012;
    public const int DrainTimedOut = 9013;
    public const int StartFailed = 9014;
    public const int ConfigurationNote = 9015;
    public const int ResponseNotKept = 9016;
    public const int ResponseTooLarge = 9017;
    public const int BudgetAlertNotPosted = 9018;
    public const int NoKeyYet = 9019;
    public const int CertificateTaken = 9020;
    public const int CertificateUnusable = 9021;
    public const int IdempotencyNotTaken = 9030;
    public const int IdempotencyNotKept = 9031;
    public const int IdempotencyLeftEarly = 9032;
    public const int IdempotencyBroken = 9033;
}
