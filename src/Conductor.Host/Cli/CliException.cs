namespace Conductor.Host.Cli;

/// <summary>Ends a verb with sentences on standard error and an exit code.</summary>
internal sealed class CliException(int exitCode, IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    public CliException(int exitCode, string line)
        : this(exitCode, [line])
    {
    }

    public int ExitCode { get; } = exitCode;

    public IReadOnlyList<string> Lines { get; } = lines;
}
