using System.CommandLine;
using System.Text;
using Conductor.Audit;
using Conductor.Configuration.Editing;
using Conductor.Host.Audit;
using Conductor.Host.Composition;
using Conductor.Host.Endpoints;
using Conductor.Sealing;

namespace Conductor.Host.Cli;

/// <summary>`conductor secrets`: providers' keys that stand encrypted in `conductor.yaml`, and the key that they are encrypted with.</summary>
internal static class SecretsCommand
{
    private const string Taken = "A server that runs takes it within 5 seconds.";

    private static readonly Argument<string> Provider = new("PROVIDER") { Description = "The provider's name in conductor.yaml." };

    private static readonly Option<bool> Added = new("--add") { Description = "Keep the keys that it has; else this one takes their place." };

    public static Command Create() => new("secrets", "Keep providers' keys encrypted in conductor.yaml.") { Set(), Rotate() };

    private static Command Set()
    {
        var command = new Command("set", "Give a provider a key, read from the terminal or from standard input, never from the command line.") { Provider, Added };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (provider, isAdded) = (parsed.GetValue(Provider)!, parsed.GetValue(Added));
            var source = LaunchSettings.SourceOf(CommonOptions.Read(parsed));
            RequireProvider(new SettingsDocuments(source).Text(SettingsFile.Conductor), provider);
            var value = await ReadAsync(provider, cancellationToken);
            var key = new ProviderKeyEntry(true);
            IReadOnlyList<ProviderKeyEntry> before = [];
            await AskAsync(() => new SettingsEditor(source, TimeProvider.System).EditAsync(SettingsFile.Conductor, (yaml, settings) =>
            {
                var text = yaml.ToString();
                RequireProvider(text, provider);
                before = ProviderKeyList.Read(SettingsDocuments.Parse(SettingsFile.Conductor, text), provider);
                var master = MasterKey.Obtain(settings, source.Environment);
                if (isAdded)
                {
                    ProviderKeyList.Add(yaml, provider, key, value, master);
                }
                else
                {
                    ProviderKeyList.Put(yaml, provider, [(key, value)], master);
                }
            }, cancellationToken));
            IReadOnlyList<ProviderKeyEntry> after = isAdded ? [.. before, key] : [key];
            await CommandLineAudit.RecordAsync(
                LaunchSettings.Open(CommonOptions.Read(parsed)), AuditActions.ProviderKeysChanged, $"providers/{provider}/keys", null, ProviderKeyJson.Masked(before), ProviderKeyJson.Masked(after));
            await Console.Out.WriteLineAsync($"Provider '{provider}' has {after.Count} key{(after.Count == 1 ? "" : "s")}, the new one encrypted. {Taken}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Rotate()
    {
        var command = new Command("rotate", "Make a new key for the encryption, and encrypt everything anew with it.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = CommonOptions.Read(parsed);
            var count = await AskAsync(() => new MasterKeyRotation(LaunchSettings.SourceOf(options), TimeProvider.System).RotateAsync(cancellationToken));
            await CommandLineAudit.RecordAsync(LaunchSettings.Open(options), AuditActions.SecretKeyRotated, "server/secret_key", null, null, $$"""{"encrypted_anew":{{count}}}""");
            await Console.Out.WriteLineAsync($"{count} key{(count == 1 ? " is" : "s are")} encrypted anew, with a new key. Backups of conductor.yaml from before open with the old key alone. {Taken}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> edit)
    {
        try
        {
            return await edit();
        }
        catch (SettingsEditException refused)
        {
            throw new CliException(ExitCodes.Failed, [refused.Message, .. refused.Problems.Skip(1).Select(problem => problem.ToString())]);
        }
    }

    private static void RequireProvider(string text, string provider)
    {
        if (!ProviderKeyList.Has(SettingsDocuments.Parse(SettingsFile.Conductor, text), provider))
        {
            throw new CliException(ExitCodes.Usage, $"conductor.yaml has no provider '{provider}'.");
        }
    }

    private static async Task<string> ReadAsync(string provider, CancellationToken cancellationToken)
    {
        var text = Console.IsInputRedirected ? await Console.In.ReadToEndAsync(cancellationToken) : Unseen($"Key of '{provider}' (it is not shown): ");
        var value = text.Trim();
        return ProviderKeyText.Problem(value) is { } problem ? throw new CliException(ExitCodes.Usage, $"The key {problem}.") : value;
    }

    private static string Unseen(string question)
    {
        Console.Error.Write(question);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } pressed)
        {
            if (pressed.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (pressed.KeyChar != '\0')
            {
                text.Append(pressed.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
