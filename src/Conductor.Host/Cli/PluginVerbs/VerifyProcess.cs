using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>Runs <see cref="VerifyChild"/> and hears what it finds, or how it ends.</summary>
internal static class VerifyProcess
{
    private const int MostLines = 5;

    /// <param name="order">What to check.</param>
    /// <param name="scratch">A folder for what the process leaves behind when it is ended in the middle.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>What was found; or null and, in words, how the process ended.</returns>
    public static async Task<(VerifyFindings? Findings, string? End)> RunAsync(VerifyOrder order, string scratch, CancellationToken cancellationToken)
    {
        var arguments = new[] { "plugins", VerifyChild.Verb };
        var isDotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        var start = new ProcessStartInfo(Environment.ProcessPath!, isDotnet ? [Path.Combine(AppContext.BaseDirectory, "Conductor.Host.dll"), .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in new[] { "TMPDIR", "TEMP", "TMP" })
        {
            start.Environment[name] = scratch;
        }

        using var child = Process.Start(start)!;
        try
        {
            var error = ReadFirstAsync(child.StandardError, cancellationToken);
            await child.StandardInput.WriteAsync(JsonSerializer.Serialize(order, VerifyJson.Default.VerifyOrder).AsMemory(), cancellationToken);
            child.StandardInput.Close();
            VerifyFindings? findings = null;
            while (findings is null && await child.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                findings = line.StartsWith(VerifyChild.Mark, StringComparison.Ordinal)
                    ? JsonSerializer.Deserialize(line[VerifyChild.Mark.Length..], VerifyJson.Default.VerifyFindings)
                    : null;
            }

            if (findings is not null)
            {
                return (findings, null);
            }

            await child.WaitForExitAsync(cancellationToken);
            return (null, $"It ended the process that it ran in, with exit code {child.ExitCode}; it would end Conductor, too.{Tail(await error)}");
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private static string Tail(IReadOnlyList<string> lines) => lines.Count == 0 ? "" : $" It said: {string.Join(" | ", lines.Select(ResultText.Clean))}";

    // Read to its end, so that nobody waits to write; the first lines name the failure, the rest is its stack.
    private static async Task<IReadOnlyList<string>> ReadFirstAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (lines.Count < MostLines && !string.IsNullOrWhiteSpace(line))
            {
                lines.Add(line.Trim());
            }
        }

        return lines;
    }
}
