using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Conductor.Host.Lab.Requests;
using Conductor.Host.Lab.Wires;

namespace Conductor.Host.Cli;

/// <summary>`conductor lab requests`.</summary>
internal static class LabRequests
{
    private const long QuickRequests = 5_000;

    private static readonly Option<long> Requests = new("--requests") { Description = "How many requests, 1 and above.", HelpName = "N", DefaultValueFactory = _ => 200_000 };

    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed makes the same requests.", HelpName = "N", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Keep = new("--keep") { Description = "A folder where requests that failed are kept, a file each. Default: the system's temporary folder.", HelpName = "PATH" };

    private static readonly Option<string?> Replay = new("--replay") { Description = "A file that was kept: send that request alone, and show what comes back.", HelpName = "FILE" };

    private static readonly Option<bool> Quick = new("--quick") { Description = string.Create(CultureInfo.InvariantCulture, $"At most {QuickRequests} requests.") };

    public static Command Create()
    {
        var requests = new Command("requests", "Send broken requests of every dialect over the wire, and find the one that is answered with a failure of Conductor's own.") { Requests, Seed, Keep, Replay, Quick };
        requests.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            var lab = new RequestLab(
                new RequestLabOptions { Requests = Math.Clamp(parsed.GetValue(Requests), 1, parsed.GetValue(Quick) ? QuickRequests : long.MaxValue), Seed = parsed.GetValue(Seed) }, Terminal.Note);
            var started = Stopwatch.GetTimestamp();
            if (parsed.GetValue(Replay) is { } file)
            {
                var answer = await lab.ReplayAsync(KeptInputs.Read(file).Input, stop.Token);
                Terminal.Note(answer.Status == 0 ? "closed without an answer" : string.Create(CultureInfo.InvariantCulture, $"{answer.Status}: {Encoding.UTF8.GetString(answer.Body)}"));
            }
            else
            {
                await lab.RunAsync(stop.Token);
            }

            return Print(lab, parsed.GetValue(Seed), parsed.GetValue(Keep) ?? Path.Combine(Path.GetTempPath(), "conductor-lab-requests"), Stopwatch.GetElapsedTime(started));
        });
        return requests;
    }

    private static int Print(RequestLab lab, int seed, string keep, TimeSpan took)
    {
        Terminal.Table(
            ["requests", "sent", "2xx", "3xx", "4xx", "5xx of the upstream's", "closed", "slowest, ms"],
            lab.Tallies.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (IReadOnlyList<string>)
            [
                pair.Key, Text(pair.Value.Count), Text(pair.Value.Of(2)), Text(pair.Value.Of(3)), Text(pair.Value.Of(4)), Text(pair.Value.Of(5)), Text(pair.Value.Of(0)),
                pair.Value.Slowest.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
            ]));
        foreach (var failure in lab.Failures)
        {
            Terminal.Error($"{failure.Target}, request {failure.Number}: {failure.What}");
            Terminal.Note($"kept, for --replay: {KeptInputs.Keep(keep, failure)}");
        }

        foreach (var violation in lab.Violations)
        {
            Terminal.Error(violation);
        }

        if (lab.Folder is { } folder)
        {
            Terminal.Note($"The lab's folder is kept: {folder}");
        }

        Terminal.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {lab.Tallies.Values.Sum(tally => tally.Count)} requests in {took.TotalSeconds:0} s; {lab.Failures.Count} kinds of failure, {lab.Violations.Count} other faults; memory {lab.Memory.Early >> 20} MiB early, {lab.Memory.Late >> 20} MiB at the end"));
        return lab.Failures.Count + lab.Violations.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
