using System.CommandLine;
using Conductor.Host.Cli.PluginVerbs;
using Conductor.Host.Composition;
using Conductor.Host.Endpoints;
using Conductor.PluginLoading;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>`conductor plugins`: the list; the other verbs have a file each.</summary>
internal static class PluginsCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var list = new Command("list", "List every plugin file that is found, and what it came to.") { json };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
            await using var process = await Terminal.BusyAsync("Loading plugins", () => InProcess.StartAsync(settings, cancellationToken));
            var plugins = process.Conductor.Plugins;
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer => PluginList.Write(writer, plugins));
            }
            else
            {
                Print(plugins);
            }

            return ExitCodes.Ok;
        });
        return new Command("plugins", "Look at plugins; write, check, install and remove them.")
        {
            list, NewCommand.Create(), VerifyCommand.Create(), VerifyChild.Create(), InstallCommand.Create(), RemoveCommand.Create(), PinCommand.Create(),
        };
    }

    private static void Print(IReadOnlyList<PluginStatus> plugins)
    {
        if (!Terminal.IsInteractive)
        {
            Terminal.Table([], plugins.Select(plugin => (IReadOnlyList<string>)[.. Row(plugin), plugin.File, plugin.Reason ?? "", plugin.Hash ?? "", string.Join(",", plugin.Capabilities)]));
            return;
        }

        Terminal.Table(["Plugin", "Kind", "State", "Version", "Hash", "Serves"], plugins.Select(plugin =>
            (IReadOnlyList<string>)[.. Row(plugin), plugin.Hash?[..12] ?? "", string.Join(", ", plugin.Capabilities)]));
        foreach (var plugin in plugins.Where(plugin => plugin.Reason is not null))
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{plugin.Id}[/] ({plugin.File}): {plugin.Reason!}");
        }
    }

    private static string[] Row(PluginStatus plugin) =>
        [plugin.Id, plugin.Kind.ToString().ToLowerInvariant(), plugin.State.ToString().ToLowerInvariant(), plugin.Version ?? ""];
}
