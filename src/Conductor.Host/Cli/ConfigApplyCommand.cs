using System.CommandLine;
using Conductor.Audit;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Host.Audit;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli;

/// <summary>`conductor config apply`: new documents are checked, told, and put in the old ones' places.</summary>
internal static class ConfigApplyCommand
{
    public static Command Create()
    {
        var files = ConfigDocuments.Files();
        files.Arity = ArgumentArity.OneOrMore;
        var running = new Option<string?>("--running") { Description = "Ask a running Conductor to take the files over now, such as http://127.0.0.1:5080; CONDUCTOR_API_KEYS lends a key. Without it, one takes them within 5 seconds.", HelpName = "URL" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var command = new Command("apply", "Check new files, say what they change, and put them in place; with mistakes nothing is changed.") { files, running, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = CommonOptions.Read(parsed);
            var source = LaunchSettings.SourceOf(options);
            var texts = ConfigDocuments.Read(parsed.GetValue(files)!);
            var load = new SettingsDocuments(source).Load(texts);
            if (load.Settings is not { } after)
            {
                throw new CliException(ExitCodes.Usage, [.. load.Problems.Select(problem => problem.ToString())]);
            }

            // Files that are wrong now are what one wants to get away from: then there is nothing to compare with.
            var before = SettingsLoader.Load(source).Settings;
            var changes = before is null ? ["the files as they are now are wrong; all of it is new"] : SettingsDiff.Between(before, after);
            ConfigDiffCommand.Print(changes, asJson: false);
            if (!parsed.GetValue(yes) && !IsConfirmed(changes.Count))
            {
                return ExitCodes.Failed;
            }

            try
            {
                await new SettingsEditor(source, TimeProvider.System).ReplaceAsync(texts, cancellationToken);
            }
            catch (SettingsEditException refused)
            {
                throw new CliException(ExitCodes.Failed, [refused.Message, .. refused.Problems.Select(problem => problem.ToString())]);
            }

            await CommandLineAudit.RecordAsync(LaunchSettings.Open(options), AuditActions.ConfigApplied, "config", null, null, Describe(changes));
            await Console.Out.WriteLineAsync(parsed.GetValue(running) is { } address ? await RunningConfig.ReloadAsync(address, cancellationToken) : "In place. A server that runs takes it within 5 seconds.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Describe(IReadOnlyList<string> changes) =>
        new System.Text.Json.Nodes.JsonObject { ["changes"] = new System.Text.Json.Nodes.JsonArray([.. changes.Take(50).Select(change => System.Text.Json.Nodes.JsonValue.Create(change))]) }.ToJsonString();

    private static bool IsConfirmed(int changes)
    {
        if (Console.IsInputRedirected)
        {
            throw new CliException(ExitCodes.Usage, "Nobody can be asked here; say --yes.");
        }

        Console.Out.Write($"Put it in place ({changes} changes)? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
