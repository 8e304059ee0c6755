using System.CommandLine;
using Conductor.Host.Composition;
using Conductor.PluginLoading;
using Microsoft.Extensions.Configuration;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>`conductor plugins verify PATH`: what the files say, the host's refusals, then the conformance suite in a process of its own.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> Source = new("PATH") { Description = "A plugin's DLL, its folder, or a .zip of one." };

    private static readonly Option<string[]> Settings = new("--settings", "-s")
    {
        Description = "A setting of the plugin; may be said more than once, 'a:b' names a member below a member.",
        HelpName = "KEY=VALUE",
    };

    private static readonly Option<string?> Section = new("--section")
    {
        Description = "Take settings and key from the provider (or operation) of this name in the configuration.",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Upstream = new("--upstream")
    {
        Description = "Check against a scripted upstream of this wire too: openai, ollama or gemini. The plugin is given its base_url.",
        HelpName = "WIRE",
    };

    private static readonly Option<string?> Model = new("--model") { Description = "The model to chat with; without it the first that the plugin lists.", HelpName = "ID" };

    public static Command Create()
    {
        Upstream.AcceptOnlyFromAmong("openai", "ollama", "gemini");
        Settings.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0) is { } wrong)
            {
                result.AddError($"--settings takes KEY=VALUE, not '{wrong.Value}'.");
            }
        });
        var json = CommonOptions.Json();
        var command = new Command("verify", "Check a plugin: its files, then its code, in a process of its own. Exit code 1 when something is wrong.")
        {
            Source, Settings, Section, Upstream, Model, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = CancelOnSignal.Create(cancellationToken);
            using var source = PluginSource.Open(parsed.GetValue(Source)!);
            var report = source.Candidate is { } plugin
                ? await RunAsync(source, plugin, parsed, stop.Token)
                : new VerifyReport { Refusal = source.Refusal };
            report.Print(parsed.GetValue(json));
            return report.IsConformant ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<VerifyReport> RunAsync(PluginSource source, PluginCandidate plugin, ParseResult parsed, CancellationToken cancellationToken)
    {
        var order = Order(source, plugin, parsed);
        var (findings, end) = await Terminal.BusyAsync("Checking", () => VerifyProcess.RunAsync(order, source.Scratch, cancellationToken));
        return new VerifyReport { Plugin = plugin, References = plugin.ReadReferences(), Findings = findings, End = end };
    }

    private static VerifyOrder Order(PluginSource source, PluginCandidate plugin, ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        string? key = null;
        if (parsed.GetValue(Section) is { } name)
        {
            var configured = LaunchSettings.Open(CommonOptions.Read(parsed)).Current;
            var provider = plugin.Kind == PluginKind.Provider ? configured.Providers.GetValueOrDefault(name) : null;
            var section = (plugin.Kind == PluginKind.Provider ? provider?.Section : configured.Operations.GetValueOrDefault(name)?.Section)
                ?? throw new CliException(ExitCodes.Usage, $"The configuration has no {(plugin.Kind == PluginKind.Provider ? "providers" : "operations")}.{name}.");
            key = provider?.Keys is [var first, ..] ? first.Reveal() : null;
            foreach (var (path, value) in section.AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null))
            {
                settings[path] = value;
            }
        }

        foreach (var setting in parsed.GetValue(Settings) ?? [])
        {
            var split = setting.IndexOf('=', StringComparison.Ordinal);
            settings[setting[..split]] = setting[(split + 1)..];
        }

        return new VerifyOrder { Path = source.Path, Settings = settings, ApiKey = key, Upstream = parsed.GetValue(Upstream), ChatModel = parsed.GetValue(Model) };
    }
}
