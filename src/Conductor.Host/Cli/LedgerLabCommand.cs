using System.CommandLine;
using System.Globalization;
using Conductor.Host.Lab;

namespace Conductor.Host.Cli;

/// <summary>`conductor lab ledger`.</summary>
internal static class LedgerLabCommand
{
    private static readonly Option<int> Requests = new("--requests") { Description = "Requests in all, 1 to 10000000.", HelpName = "N", DefaultValueFactory = _ => 100_000 };

    private static readonly Option<string> Cancel = new("--cancel") { Description = "The share of requests whose callers leave early.", HelpName = "P%", DefaultValueFactory = _ => "20%" };

    private static readonly Option<string> Fail = new("--fail") { Description = "The share of requests that the upstream fails.", HelpName = "P%", DefaultValueFactory = _ => "10%" };

    private static readonly Option<int> Kills = new("--kills") { Description = "How often the gateway is killed meanwhile, 0 to 1000.", HelpName = "N", DefaultValueFactory = _ => 50 };

    private static readonly Option<int> Callers = new("--callers") { Description = "Callers at once, 1 to 2000.", HelpName = "N", DefaultValueFactory = _ => 64 };

    private static readonly Option<string> Durability = new("--durability") { Description = "What bookings survive: slots (a kill) or full (the loss of power).", HelpName = "KIND", DefaultValueFactory = _ => "slots" };

    private static readonly Option<bool> Quick = new("--quick") { Description = "At most 3000 requests and 3 kills, and no judgement of the time that a restart takes." };

    public static Command Create()
    {
        Requests.Validators.Add(LabCommand.Between(1, 10_000_000));
        Kills.Validators.Add(LabCommand.Between(0, 1_000));
        Callers.Validators.Add(LabCommand.Between(1, 2_000));
        Durability.AcceptOnlyFromAmong("slots", "full");
        foreach (var share in (Option<string>[])[Cancel, Fail])
        {
            share.Validators.Add(result =>
            {
                if (result.Tokens is [var token] && Share(token.Value) is null)
                {
                    result.AddError($"{share.Name} takes a percentage such as 20%, not '{token.Value}'.");
                }
            });
        }

        var json = CommonOptions.Json();
        var ledger = new Command("ledger", "Kill a gateway under load, and hold its ledger against the upstream's own bill.") { Requests, Cancel, Fail, Kills, Callers, Durability, Quick, json };
        ledger.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            var report = await new LedgerLab(Read(parsed), Terminal.Note).RunAsync(stop.Token);
            return Print(report, parsed.GetValue(json));
        });
        return ledger;
    }

    private static LedgerLabOptions Read(ParseResult parsed)
    {
        var isQuick = parsed.GetValue(Quick);
        var requests = isQuick ? Math.Min(parsed.GetValue(Requests), 3_000) : parsed.GetValue(Requests);
        var kills = isQuick ? Math.Min(parsed.GetValue(Kills), 3) : parsed.GetValue(Kills);
        return new LedgerLabOptions
        {
            Requests = requests,
            Cancel = Share(parsed.GetValue(Cancel)!)!.Value,
            Fail = Share(parsed.GetValue(Fail)!)!.Value,
            Kills = kills,
            Callers = parsed.GetValue(Callers),
            Durability = parsed.GetValue(Durability)!,
            JudgesTime = !isQuick,
            Limit = TimeSpan.FromMinutes(3) + TimeSpan.FromMilliseconds(20.0 * requests) + TimeSpan.FromSeconds(30.0 * kills),
        };
    }

    private static int Print(LedgerLabReport report, bool asJson)
    {
        var violations = report.AllViolations().ToList();
        if (asJson)
        {
            Terminal.Json(report.Write);
        }
        else
        {
            Terminal.Table(["ledger", ""], report.Rows().Select(row => (IReadOnlyList<string>)[row.Name, row.Value]));
            violations.ForEach(Terminal.Error);
        }

        if (violations.Count > 0 && !asJson)
        {
            Terminal.Note($"The lab's folder is kept: {report.Folder}");
            report.LogLines.ToList().ForEach(line => Terminal.Note($"its log, {line}"));
        }

        return violations.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    // As a part of one.
    private static double? Share(string text) =>
        double.TryParse(text.AsSpan().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100 ? percent / 100 : null;
}
