namespace Conductor.Host.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The work was understood and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, the request or the configuration is wrong.</summary>
    public const int Usage = 2;
}
