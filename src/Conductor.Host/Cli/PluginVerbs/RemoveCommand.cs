using System.CommandLine;
using System.Text.Json;
using Conductor.PluginLoading;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>`conductor plugins remove ID`: takes one plugin's own files away.</summary>
internal static class RemoveCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "The plugin's id, or its file as 'conductor plugins list' shows it." };

    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    private static readonly Option<int> Wait = RunningHost.WaitOption();

    public static Command Create()
    {
        var command = new Command("remove", "Take a plugin's files out of plugins/ or operations/.") { Id, Yes, Wait };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var places = PluginPlaces.Open(CommonOptions.Read(parsed));
        var plugin = Find(places.Statuses, parsed.GetValue(Id)!);
        var folder = places.FolderOf(plugin.Kind);
        if (!parsed.GetValue(Yes) && !IsConfirmed(Path.Combine(folder, plugin.File)))
        {
            return ExitCodes.Failed;
        }

        PluginInstaller.Remove(folder, plugin.File);
        await Console.Out.WriteLineAsync($"Removed '{plugin.Id}': {Path.Combine(folder, plugin.File)}");
        using var host = new RunningHost(places.Settings, TimeSpan.FromSeconds(parsed.GetValue(Wait)));
        await Console.Out.WriteLineAsync(await host.WatchAsync(
            rows => Judge(rows, plugin), "still has it; it may use other folders, or finish calls first (GET /v1/plugins).", cancellationToken));
        return ExitCodes.Ok;
    }

    private static PluginStatus Find(IReadOnlyList<PluginStatus> statuses, string id)
    {
        var found = statuses.Where(status => status.Id == id).ToList();
        return (found is [] ? [.. statuses.Where(status => status.File == id)] : found) switch
        {
            [var one] => one,
            [] => throw new CliException(ExitCodes.Failed, $"There is no plugin '{id}'; 'conductor plugins list' shows what is found."),
            var several => throw new CliException(ExitCodes.Usage, $"Several files have the id '{id}': {string.Join(", ", several.Select(status => status.File))}. Name one of them."),
        };
    }

    private static bool IsConfirmed(string file)
    {
        if (Console.IsInputRedirected)
        {
            throw new CliException(ExitCodes.Usage, "Nobody can be asked here; say --yes.");
        }

        Console.Out.Write($"Remove {file}? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static string? Judge(IReadOnlyList<JsonElement> rows, PluginStatus plugin)
    {
        var row = rows.FirstOrDefault(row => row.GetProperty("file").GetString() == plugin.File && string.Equals(row.GetProperty("kind").GetString(), plugin.Kind.ToString(), StringComparison.OrdinalIgnoreCase));
        return row.ValueKind == JsonValueKind.Undefined ? "does not have it." : row.GetProperty("state").GetString() switch
        {
            "unloaded" => row.GetProperty("reason").GetString() is { } reason ? $"has let it go. {reason}" : "has let it go; its code has left memory.",
            "active" or "loaded" or "found" => null,
            "draining" => null,
            _ => "does not serve it.",
        };
    }
}
