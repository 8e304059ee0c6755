using System.CommandLine;
using Conductor.Host.Composition;
using Conductor.Host.Endpoints;
using Conductor.PluginLoading;

namespace Conductor.Host.Cli;

/// <summary>`conductor plugins list`.</summary>
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
                Terminal.Table(["Plugin", "Kind", "State", "Version", "File", "Reason"], plugins.Select(Row));
            }

            return ExitCodes.Ok;
        });
        return new Command("plugins", "Look at plugins.") { list };
    }

    private static IReadOnlyList<string> Row(PluginStatus plugin) =>
    [
        plugin.Id, plugin.Kind.ToString().ToLowerInvariant(), plugin.State.ToString().ToLowerInvariant(), plugin.Version ?? "", plugin.File, plugin.Reason ?? "",
    ];
}
