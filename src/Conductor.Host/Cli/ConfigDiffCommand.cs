using System.CommandLine;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Host.Composition;
using Conductor.Settings;

namespace Conductor.Host.Cli;

/// <summary>`conductor config diff`: what would change, in words. Like diff: 0 for nothing, 1 for something, 2 for files that are wrong.</summary>
internal static class ConfigDiffCommand
{
    public static Command Create()
    {
        var files = ConfigDocuments.Files();
        var running = new Option<string?>("--running") { Description = "Hold the files against what is in force at a running Conductor, such as http://127.0.0.1:5080; CONDUCTOR_API_KEYS lends a key.", HelpName = "URL" };
        var json = CommonOptions.Json();
        var command = new Command("diff", "Say what new files would change, or what the files would change at a running Conductor; exit code 1 when anything.") { files, running, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var source = LaunchSettings.SourceOf(CommonOptions.Read(parsed));
            var load = new SettingsDocuments(source).Load(ConfigDocuments.Read(parsed.GetValue(files) ?? []));
            if (load.Settings is not { } after)
            {
                throw new CliException(ExitCodes.Usage, [.. load.Problems.Select(problem => problem.ToString())]);
            }

            var changes = parsed.GetValue(running) is { } address
                ? await RunningConfig.ChangesAsync(address, after, cancellationToken)
                : SettingsDiff.Between(Before(source), after);
            Print(changes, parsed.GetValue(json));
            return changes.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    /// <exception cref="CliException">The files as they are now are wrong.</exception>
    public static ConductorSettings Before(SettingsSource source)
    {
        var load = SettingsLoader.Load(source);
        return load.Settings ?? throw new CliException(ExitCodes.Usage, ["The files as they are now are wrong, so there is nothing to compare with:", .. load.Problems.Select(problem => problem.ToString())]);
    }

    public static void Print(IReadOnlyList<string> changes, bool asJson)
    {
        if (!asJson)
        {
            foreach (var change in changes)
            {
                Console.Out.WriteLine(change);
            }

            return;
        }

        Terminal.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("changes");
            foreach (var change in changes)
            {
                writer.WriteStringValue(change);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
