using System.CommandLine;
using System.CommandLine.Help;

namespace Conductor.Host.Cli;

/// <summary>The command `conductor`: one verb per file, `serve` when none is given.</summary>
internal static class ConductorCli
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var parsed = Build().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }); // '@name' is text, not a file
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples)
        {
            foreach (var error in parsed.Errors)
            {
                Terminal.Error(error.Message);
            }

            await Console.Error.WriteLineAsync($"Try '{CommandPath(parsed.CommandResult.Command)} --help'.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CliException failure)
        {
            foreach (var line in failure.Lines)
            {
                Terminal.Error(line);
            }

            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Terminal.Error("Cancelled.");
            return ExitCodes.Failed;
        }
#pragma warning disable CA1031 // boundary: the process's own edge; a person gets a sentence, not a stack trace
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Terminal.Error($"Something failed inside Conductor: {failure.Message} ({failure.GetType().Name}). Set CONDUCTOR_DEBUG=1 to see where.");
            if (Environment.GetEnvironmentVariable("CONDUCTOR_DEBUG") is "1")
            {
                await Console.Error.WriteLineAsync(failure.ToString());
            }

            return ExitCodes.Failed;
        }
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("Conductor: one gateway for language models. Without a verb it serves.");
        foreach (var option in CommonOptions.All)
        {
            root.Add(option);
        }

        ServeCommand.AddTo(root);
        root.Add(ServeCommand.Create());
        root.Add(RunCommand.Create());
        root.Add(PluginsCommand.Create());
        root.Add(ModelsCommand.Create());
        root.Add(PromptCommand.Create());
        root.Add(KeysCommand.Create());
        root.Add(SecretsCommand.Create());
        root.Add(ConfigCommand.Create());
        root.Add(CostCommand.Create());
        root.Add(UsageCommand.Create());
        root.Add(LedgerCommand.Create());
        root.Add(AuditCommand.Create());
        root.Add(LabCommand.Create());
        root.Add(ProveCommand.Create());
        root.Add(VersionCommand.Create());

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static string CommandPath(Command command) => command is RootCommand ? "conductor" : $"{Parent(command)} {command.Name}";

    private static string Parent(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? CommandPath(parent) : "conductor";
}
