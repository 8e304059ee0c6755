using System.CommandLine;
using System.Text;
using Conductor.Host.Composition;
using Conductor.Prompts;
using Microsoft.Extensions.AI;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>`conductor prompt render`, `conductor prompt list` and `conductor prompt validate`.</summary>
internal static class PromptCommand
{
    private static readonly Argument<string> Template = new("FILE") { Description = "A prompt file in Semantic Kernel's YAML schema; '-' reads standard input." };

    private static readonly Option<string?> Arguments = new("--args", "-a") { Description = "The variables' values, a JSON object; '@FILE' reads them from a file.", HelpName = "JSON" };

    private static readonly Option<string> Mode = CreateMode();

    private static readonly Option<string[]> Services = new("--service", "-s")
    {
        Description = "A service that execution_settings may name, as ID or ID=MODEL; may be given again. Without one, the entry that Conductor takes.",
        HelpName = "ID",
    };

    private static readonly Option<bool> WithPlugins = new("--with-plugins") { Description = "Load the plugins first, for templates that call their functions." };

    public static Command Create() => new("prompt", "Render prompts, check them, and see which are in force.") { Render(), List(), Validate() };

    private static Command Render()
    {
        var json = CommonOptions.Json();
        var command = new Command("render", "Fill in a prompt file's variables and print the text, the chat and the settings; exit code 2 when it cannot be.")
        {
            Template, Arguments, Mode, Services, WithPlugins, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var arguments = PromptRender.ReadArguments(await ReadArgumentsAsync(parsed.GetValue(Arguments), cancellationToken));
            var (yaml, source) = await ReadAsync(parsed.GetValue(Template)!, cancellationToken);
            var services = (parsed.GetValue(Services) ?? []).Select(service => service.Split('=', 2)).Select(parts => new PromptService(parts[0], parts.ElementAtOrDefault(1))).ToList();
            var mode = parsed.GetValue(Mode) == "semantic-kernel" ? PromptMode.SemanticKernel : PromptMode.Hardened;
            await using var process = parsed.GetValue(WithPlugins) ? await StartAsync(parsed, cancellationToken) : null;

            var render = await PromptRender.RunAsync(yaml, source, arguments, mode, services, FunctionsOf(process), cancellationToken);

            if (parsed.GetValue(json))
            {
                Terminal.Json(writer => PromptRenderJson.Write(writer, render));
            }

            if (render.Mistake is { } mistake)
            {
                throw new CliException(ExitCodes.Usage, mistake.Message);
            }

            if (!parsed.GetValue(json))
            {
                Print(render);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "List which prompts are in force: what an operation ships, or the file that stands in for it.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var process = await StartAsync(parsed, cancellationToken);
            var states = process.PromptStates;
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer => PromptList.Write(writer, states));
            }
            else
            {
                Terminal.Table(["Operation", "From", "Format", "Problem"], states.Select(state =>
                    (IReadOnlyList<string>)[state.Operation, state.File ?? "shipped", state.Template?.TemplateFormat ?? "", state.Problem ?? ""]));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Validate()
    {
        var files = new Argument<string[]>("FILE") { Description = "Prompt files; without one, all in the folder prompts beside the configuration.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("validate", "Say what is wrong with prompt files; exit code 2 when something is.") { files, WithPlugins };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var process = parsed.GetValue(WithPlugins) ? await StartAsync(parsed, cancellationToken) : null;
            var options = new PromptTemplateOptions { Functions = FunctionsOf(process) };
            var named = parsed.GetValue(files) is { Length: > 0 } given ? given : PromptFiles(parsed);
            var mistakes = new List<string>();
            foreach (var file in named)
            {
                var (yaml, source) = await ReadAsync(file, cancellationToken);
                if (PromptTemplate.FindMistake(yaml, source, options) is { } mistake)
                {
                    mistakes.Add(mistake.Message);
                }
            }

            if (mistakes.Count > 0)
            {
                throw new CliException(ExitCodes.Usage, mistakes);
            }

            Console.Out.WriteLine(named.Length == 0 ? "No prompt file found." : $"Valid: {string.Join(", ", named)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<string> CreateMode()
    {
        var mode = new Option<string>("--mode")
        {
            Description = "hardened, as Conductor renders, or semantic-kernel, exactly as Semantic Kernel does.",
            HelpName = "MODE",
            DefaultValueFactory = _ => "hardened",
        };
        mode.AcceptOnlyFromAmong("hardened", "semantic-kernel");
        return mode;
    }

    private static string[] PromptFiles(ParseResult parsed) =>
        LaunchSettings.Open(CommonOptions.Read(parsed)).Current.PromptFolder is { } folder && Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)]
            : [];

    private static PromptFunctions FunctionsOf(InProcess? process) => process?.Conductor.Catalog.Functions ?? PromptFunctions.Default;

    private static async Task<InProcess> StartAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
        return await Terminal.BusyAsync("Loading plugins", () => InProcess.StartAsync(settings, cancellationToken));
    }

    private static async Task<string> ReadArgumentsAsync(string? given, CancellationToken cancellationToken) => given switch
    {
        null => "{}",
        ['@', .. var file] => (await ReadAsync(file, cancellationToken)).Text,
        _ => given,
    };

    private static async Task<(string Text, string Source)> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            await using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var reader = new StreamReader(stream, strict);
            return (await reader.ReadToEndAsync(cancellationToken), file == "-" ? "standard input" : file);
        }
        catch (DecoderFallbackException)
        {
            throw new CliException(ExitCodes.Usage, $"'{file}' is not valid UTF-8.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(ExitCodes.Usage, $"'{file}' cannot be read: {failure.Message}");
        }
    }

    private static void Print(PromptRender render)
    {
        Head("Text");
        Console.Out.WriteLine(render.Rendered!.Text.TrimEnd());
        Head("Chat");
        foreach (var message in render.Rendered.Messages)
        {
            Console.Out.WriteLine($"[{message.Role.Value}]");
            foreach (var content in message.Contents)
            {
                Console.Out.WriteLine(content is TextContent text ? text.Text : content.RawRepresentation is PromptItem item ? $"<{item.Kind}> {item.Location}" : "");
            }
        }

        if (render.Settings is { } settings)
        {
            Head($"Settings ({settings.ServiceId})");
            foreach (var (name, value) in settings.ExtensionData.Prepend(new("model_id", settings.ModelId)).Where(pair => pair.Value is not null))
            {
                Console.Out.WriteLine($"{name}: {PromptRenderJson.ToText(value)}");
            }
        }
    }

    private static void Head(string title)
    {
        if (Terminal.IsInteractive)
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{title}[/]");
        }
        else
        {
            Console.Out.WriteLine($"--- {title}");
        }
    }
}
