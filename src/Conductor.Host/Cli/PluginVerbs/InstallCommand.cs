using System.CommandLine;
using System.Text.Json;
using Conductor.PluginLoading;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>`conductor plugins install PATH`: judges a plugin as the host does, and puts it into its folder in one step. None of its code runs here.</summary>
internal static class InstallCommand
{
    private static readonly Argument<string> Source = new("PATH") { Description = "A plugin's DLL, its folder, or a .zip of one." };

    private static readonly Option<bool> Pin = new("--pin") { Description = "Pin the plugin to this content in conductor.yaml." };

    private static readonly Option<int> Wait = RunningHost.WaitOption();

    public static Command Create()
    {
        var command = new Command("install", "Put a plugin into plugins/ or operations/, by what its DLL says it is.") { Source, Pin, Wait };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var source = PluginSource.Open(parsed.GetValue(Source)!);
        var plugin = source.Candidate ?? throw new CliException(ExitCodes.Failed, source.Refusal!);
        await using var places = PluginPlaces.Open(CommonOptions.Read(parsed));
        if (places.Found.FirstOrDefault(found => found.Kind == plugin.Kind && found.Id == plugin.Id) is { } before && before.Hash == plugin.Hash)
        {
            await Console.Out.WriteLineAsync($"'{plugin.Id}' {plugin.Manifest.Version} is there already, with this very content: {before.File}");
        }
        else
        {
            var file = PluginInstaller.Install(plugin, places);
            await Console.Out.WriteLineAsync($"Installed '{plugin.Id}' {plugin.Manifest.Version}: {file}");
        }

        PrintPin(plugin, places, parsed.GetValue(Pin));
        using var host = new RunningHost(places.Settings, TimeSpan.FromSeconds(parsed.GetValue(Wait)));
        await Console.Out.WriteLineAsync(await host.WatchAsync(
            rows => Judge(rows, plugin),
            "has not taken it yet; it may use other folders, or watch none. POST /admin/v1/plugins/rescan makes it look.",
            cancellationToken));
        return ExitCodes.Ok;
    }

    private static void PrintPin(PluginCandidate plugin, PluginPlaces places, bool isWanted)
    {
        var (settings, line) = (places.Settings.Current.Plugins, $"{plugin.Id}: [ \"{plugin.Hash}\" ]");
        if (isWanted)
        {
            var problem = PinWriter.Add(places.Settings, plugin.Id, plugin.Hash);
            Console.Out.WriteLine(problem is null ? $"Pinned in {places.Settings.Load.Files[0]}: {line}" : $"Not pinned, because {problem} Write it yourself:\nplugins:\n  allowed:\n    {line}");
            return;
        }

        var isPinned = settings.Allowed.TryGetValue(plugin.Id, out var hashes);
        if ((isPinned && !hashes!.Contains(plugin.Hash, StringComparer.OrdinalIgnoreCase)) || (!isPinned && settings.RequirePins))
        {
            Terminal.Note($"Conductor will refuse it until conductor.yaml allows this content. Write there (or install with --pin):\nplugins:\n  allowed:\n    {line}");
        }
        else
        {
            Console.Out.WriteLine($"To pin it to this content: plugins: {{ allowed: {{ {line} }} }}");
        }
    }

    private static string? Judge(IReadOnlyList<JsonElement> rows, PluginCandidate plugin)
    {
        var row = rows.FirstOrDefault(row => row.GetProperty("hash").GetString() == plugin.Hash);
        return row.ValueKind == JsonValueKind.Undefined ? null : row.GetProperty("state").GetString() switch
        {
            "active" => $"serves it: {string.Join(", ", row.GetProperty("capabilities").EnumerateArray().Select(capability => capability.GetString()))}.",
            "found" => null,
            "loaded" => row.GetProperty("reason").GetString() is { } reason ? $"has loaded it, and it serves nothing yet: {reason}" : null,
            var state => $"has it as {state}: {row.GetProperty("reason").GetString()}",
        };
    }
}
