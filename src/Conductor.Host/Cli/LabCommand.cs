using System.CommandLine;
using Conductor.Host.Lab;

namespace Conductor.Host.Cli;

/// <summary>`conductor lab`; `wires` is <see cref="LabWires"/>.</summary>
internal static class LabCommand
{
    private static readonly Option<int> Streams = new("--streams") { Description = "Streams at once, 1 to 20000.", HelpName = "N", DefaultValueFactory = _ => 200 };

    private static readonly Option<int?> Rate = new("--rate") { Description = "New streams a second, 1 to 1000, one second long each, instead of so many at once.", HelpName = "N" };

    private static readonly Option<int> Swaps = new("--swaps") { Description = "How often the plugin is replaced meanwhile, 1 to 10000.", HelpName = "N", DefaultValueFactory = _ => 20 };

    private static readonly Option<string[]> Plugin = new("--plugin")
    {
        Description = "A provider plugin to try, a DLL or its folder; may be said more than once. It is configured with a base_url that speaks OpenAI's dialect. Default: openai-compatible.",
        HelpName = "PATH",
    };

    private static readonly Option<bool> Quick = new("--quick") { Description = "Short streams and short pauses: at most 40 streams and 3 swaps." };

    public static Command Create()
    {
        Streams.Validators.Add(Between(1, 20_000));
        Rate.Validators.Add(Between(1, 1_000));
        Swaps.Validators.Add(Between(1, 10_000));
        var json = CommonOptions.Json();
        var hotswap = new Command("hotswap", "Replace a plugin under live streams, and check every chunk of them.") { Streams, Rate, Swaps, Plugin, Quick, json };
        hotswap.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            var report = await new HotSwapLab(Read(parsed), Terminal.Note).RunAsync(stop.Token);
            return Print(report, parsed.GetValue(json));
        });
        return new Command("lab", "Try this machine's Conductor on a gateway and an upstream of the lab's own.") { hotswap, LedgerLabCommand.Create(), LabWires.Create(), LabRequests.Create() };
    }

    private static HotSwapOptions Read(ParseResult parsed)
    {
        var (streams, swaps, isQuick) = (parsed.GetValue(Streams), parsed.GetValue(Swaps), parsed.GetValue(Quick));
        var rate = parsed.GetValue(Rate);
        if (isQuick)
        {
            (streams, swaps) = (Math.Min(streams, 40), Math.Min(swaps, 3));
        }

        if (rate is { } many)
        {
            streams = Math.Max(40, many * 10); // ten seconds' worth, where the gateway hesitates
        }

        // The more streams, the slower each: about 4,000 chunks a second is what a small machine checks at its ease.
        var pause = isQuick || rate is not null ? TimeSpan.FromMilliseconds(50) : TimeSpan.FromMilliseconds(Math.Clamp(streams / 4, 50, 2_000));
        var options = new HotSwapOptions
        {
            Streams = streams,
            Rate = rate,
            Swaps = swaps,
            Plugins = parsed.GetValue(Plugin) ?? [],
            Chunks = 20,
            Pause = pause,
            Interval = isQuick ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(1),
            Limit = TimeSpan.Zero,
        };
        return options with { Limit = TimeSpan.FromMinutes(2) + (options.StreamLength * 8) + (options.Interval * swaps * 4) };
    }

    private static int Print(HotSwapReport report, bool asJson)
    {
        var violations = report.AllViolations().ToList();
        if (asJson)
        {
            Terminal.Json(report.Write);
        }
        else
        {
            Terminal.Table(["hot swap", ""], report.Rows().Select(row => (IReadOnlyList<string>)[row.Name, row.Value]));
            violations.ForEach(Terminal.Error);
        }

        if (violations.Count > 0 && !asJson)
        {
            Terminal.Note($"The gateway's log is kept: {report.LogPath}");
            report.LogLines.ToList().ForEach(line => Terminal.Note($"its log, {line}"));
        }

        return violations.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    internal static Action<System.CommandLine.Parsing.OptionResult> Between(int least, int most) => result =>
    {
        if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var number) || number < least || number > most))
        {
            result.AddError($"{result.Option.Name} takes a number from {least} to {most}, not '{token.Value}'.");
        }
    };
}
