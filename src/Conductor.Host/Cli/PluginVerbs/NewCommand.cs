using System.CommandLine;
using System.Text.RegularExpressions;
using Conductor.PluginLoading;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>`conductor plugins new`: the templates of `dotnet new`, written by this executable.</summary>
internal static partial class NewCommand
{
    private static readonly Argument<string> Kind = new("KIND") { Description = "provider or operation." };

    private static readonly Argument<string> Name = new("NAME") { Description = "The plugin's name, for example MyProvider." };

    private static readonly Option<string?> Output = new("--output", "-o") { Description = "The folder to write into; without it one of that name, here.", HelpName = "DIR" };

    private static readonly Option<string?> Packages = new("--packages")
    {
        Description = "The folder with Conductor's packages: the plugin compiles against them and gets a test project. Without it, against DLLs of this host.",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        Kind.AcceptOnlyFromAmong("provider", "operation");
        var command = new Command("new", "Write a new plugin: project, code, and what to do next.") { Kind, Name, Output, Packages };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (kind, name) = (parsed.GetValue(Kind)!, parsed.GetValue(Name)!);
        RequireUsable(name);
        var shown = parsed.GetValue(Output) ?? name;
        var folder = Path.GetFullPath(shown);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new CliException(ExitCodes.Usage, $"'{shown}' is there and not empty; give another folder as --output DIR, or move it away.");
        }

        var packages = parsed.GetValue(Packages);
        if (packages is not null && !Directory.Exists(packages))
        {
            throw new CliException(ExitCodes.Usage, $"'{packages}' is no folder. In a clone of Conductor, 'dotnet pack -c Release -o {packages}' makes it.");
        }

        try
        {
            if (packages is null)
            {
                ContractFiles.CopyTo(Path.Combine(folder, "lib"));
            }

            Write(folder, PluginTemplate.Open($"conductor-{kind}").Render(name, packages is null
                ? new Dictionary<string, string> { ["fromHost"] = "true" }
                : new Dictionary<string, string> { ["packages"] = Path.GetFullPath(packages) }));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Failed, $"'{shown}' cannot be written: {failure.Message}");
        }

        Console.Out.WriteLine($"Written: {shown}");
        Console.Out.WriteLine("Next:");
        Console.Out.WriteLine($"  dotnet build -c Release {Path.Combine(shown, name)}");
        var dll = Path.Combine(shown, name, "bin", "Release", "net10.0", name + ".dll");
        Console.Out.WriteLine($"  conductor plugins verify {dll}");
        Console.Out.WriteLine($"  conductor plugins install {dll}");
        return ExitCodes.Ok;
    }

    private static void RequireUsable(string name)
    {
        if (!Usable().IsMatch(name))
        {
            throw new CliException(ExitCodes.Usage, $"'{name}' is no name for a plugin: 1 to 60 of the characters A-Z, a-z, 0-9, '.', '_' and '-', a letter or digit at both ends, a letter among them.");
        }

        if (PluginLoaderOptions.DefaultSharedAssemblies.Contains(name, StringComparer.OrdinalIgnoreCase) || File.Exists(Path.Combine(AppContext.BaseDirectory, name + ".dll")))
        {
            throw new CliException(ExitCodes.Usage, $"'{name}' is the name of an assembly of Conductor's own, which would be loaded instead; take another one.");
        }
    }

    private static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }

    [GeneratedRegex(@"\A(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?\z")]
    private static partial Regex Usable();
}
