using System.CommandLine;
using Conductor.Host.Composition;
using Conductor.PluginLoading;

namespace Conductor.Host.Cli;

/// <summary>`conductor plugins pin [ID]`: prints the lines of conductor.yaml that let the plugins run which are there now, and no others.</summary>
/// <remarks>It prints and does not write: a file that people comment is theirs. It reads files, and runs no code of any plugin.</remarks>
internal static class PinCommand
{
    private static readonly Argument<string?> Id = new("ID") { Description = "One plugin; without it all that are found.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var command = new Command("pin", "Print the lines of conductor.yaml that pin plugins to their content of now.") { Id };
        command.SetAction(Run);
        return command;
    }

    private static async Task<int> Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        var services = new ServiceCollection();
        services.AddLogging(HostLogging.ForVerb);
        services.AddOneShot(LaunchSettings.Open(CommonOptions.Read(parsed)));
        await using var provider = services.BuildServiceProvider();

        // Without the pins in force: what they refuse is what somebody may want to pin.
        var options = provider.GetRequiredService<PluginLoaderOptions>() with { Pins = static () => PluginPins.None };
        using var loader = new PluginLoader(options, TimeProvider.System, provider.GetRequiredService<ILogger<PluginLoader>>());
        var id = parsed.GetValue(Id);
        var found = loader.Scan().New.Where(plugin => id is null || plugin.Id == id).OrderBy(plugin => plugin.Id, StringComparer.Ordinal).ToList();
        if (found.Count == 0)
        {
            throw new CliException(ExitCodes.Failed, Missing(id, loader.Statuses));
        }

        await Console.Out.WriteLineAsync("plugins:");
        await Console.Out.WriteLineAsync("  allowed:");
        foreach (var plugins in found.GroupBy(plugin => plugin.Id))
        {
            await Console.Out.WriteLineAsync($"    {plugins.Key}: [ {string.Join(", ", plugins.Select(plugin => $"\"{plugin.Hash}\""))} ]   # {string.Join(", ", plugins.Select(plugin => plugin.Manifest.Version))}");
        }

        return ExitCodes.Ok;
    }

    private static string Missing(string? id, IReadOnlyList<PluginStatus> statuses) => id is null
        ? "There is no plugin to pin; 'conductor plugins list' shows what is found."
        : statuses.FirstOrDefault(status => status.Id == id)?.Reason ?? $"There is no plugin '{id}'; 'conductor plugins list' shows what is found.";
}
