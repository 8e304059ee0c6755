using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Conductor.Host.Lab.Wires;

namespace Conductor.Host.Cli;

/// <summary>`conductor lab wires`.</summary>
internal static class LabWires
{
    private const long QuickInputs = 30_000;

    // Nothing that is read takes a second; a reader that took so long will not come back.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private static readonly Option<long> Inputs = new("--inputs") { Description = "How many inputs, 1 and above.", HelpName = "N", DefaultValueFactory = _ => 1_000_000 };

    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed makes the same inputs.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Keep = new("--keep") { Description = "A folder where inputs that failed are kept, a file each.", HelpName = "PATH" };

    private static readonly Option<bool> Quick = new("--quick") { Description = string.Create(CultureInfo.InvariantCulture, $"At most {QuickInputs} inputs.") };

    public static Command Create()
    {
        var wires = new Command("wires", "Hand broken requests, answers and streams to every reader of every dialect.") { Inputs, Seed, Keep, Quick };
        wires.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            var inputs = Math.Clamp(parsed.GetValue(Inputs), 1, parsed.GetValue(Quick) ? QuickInputs : long.MaxValue);
            var (fuzz, keep, started) = (new WireFuzz(parsed.GetValue(Seed)), parsed.GetValue(Keep), Stopwatch.GetTimestamp());
            using var watch = new Timer(_ => EndWhereStuck(fuzz, keep), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            try
            {
                await fuzz.RunAsync(inputs, stop.Token);
            }
            catch (OperationCanceledException)
            {
                Terminal.Note("stopped before its end");
            }

            return Print(fuzz, parsed.GetValue(Seed), keep, Stopwatch.GetElapsedTime(started));
        });
        return wires;
    }

    private static int Print(WireFuzz fuzz, int seed, string? keep, TimeSpan took)
    {
        Terminal.Table(
            ["wire", "inputs", "MB", "longest, bytes", "most allocated", "per byte at most", "slowest, ms"],
            fuzz.Tallies.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (IReadOnlyList<string>)
            [
                pair.Key, Text(pair.Value.Inputs), Text(pair.Value.Bytes / 1e6), Text(pair.Value.Longest), Text(pair.Value.MostAllocated), Text(pair.Value.MostAllocatedPerByte),
                Text(pair.Value.Slowest.TotalMilliseconds),
            ]));
        foreach (var failure in fuzz.Failures)
        {
            Report(failure, keep);
        }

        Terminal.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {fuzz.Tallies.Values.Sum(tally => tally.Inputs)} inputs, {fuzz.Tallies.Values.Sum(tally => tally.Bytes) / 1e6:0} MB, in {took.TotalSeconds:0} s; {fuzz.Failures.Count} kinds of failure"));
        return fuzz.Failures.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Report(WireFailure failure, string? keep)
    {
        Terminal.Error($"{failure.Target}, input {failure.Number}: {failure.What}");
        Terminal.Note(keep is null ? $"its bytes: {Convert.ToBase64String(failure.Input)}" : $"its bytes are kept: {KeptInputs.Keep(keep, failure)}");
    }

    // The thread that reads cannot be stopped: what is known is said, and the process ends.
    private static void EndWhereStuck(WireFuzz fuzz, string? keep)
    {
        if (fuzz.Running is var (input, since) && since > Longest)
        {
            Report(input with { What = string.Create(CultureInfo.InvariantCulture, $"still being read after {since.TotalSeconds:0} s") }, keep);
            Environment.Exit(ExitCodes.Failed);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);
}
