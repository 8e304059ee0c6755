using System.CommandLine;
using Conductor.Configuration;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli;

/// <summary>`conductor config validate` and `conductor config schema`.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Check the configuration, compare and replace it, or print its JSON Schemas.") { Validate(), Schema(), ConfigDiffCommand.Create(), ConfigApplyCommand.Create() };

    private static Command Validate()
    {
        var json = CommonOptions.Json();
        var command = new Command("validate", "Say everything that is wrong with the configuration; exit code 2 when something is.") { json };
        command.SetAction(parsed =>
        {
            var load = SettingsLoader.Load(LaunchSettings.SourceOf(CommonOptions.Read(parsed)));
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteBoolean("valid", load.Settings is not null);
                    WriteLines(writer, "problems", load.Problems.Select(problem => problem.ToString()));
                    WriteLines(writer, "notes", load.Notes);
                    WriteLines(writer, "files", load.Files);
                    writer.WriteEndObject();
                });
            }
            else
            {
                Print(load);
            }

            return load.Settings is null ? ExitCodes.Usage : ExitCodes.Ok;
        });
        return command;
    }

    private static Command Schema()
    {
        var name = new Argument<string>("FILE") { Description = "conductor, models or tenants.", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "conductor" };
        name.AcceptOnlyFromAmong("conductor", "models", "tenants");
        var command = new Command("schema", "Print the JSON Schema of a configuration file, for editors.") { name };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(SettingsLoader.Schemas[parsed.GetValue(name)!].TrimEnd());
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(SettingsLoad load)
    {
        foreach (var problem in load.Problems)
        {
            Terminal.Error(problem.ToString());
        }

        foreach (var note in load.Notes)
        {
            Terminal.Note(note);
        }

        var files = load.Files.Where(File.Exists).ToList();
        if (load.Settings is not null)
        {
            Console.Out.WriteLine(files.Count == 0 ? "No file found; the environment alone is valid." : $"Valid: {string.Join(", ", files)}");
        }
    }

    private static void WriteLines(System.Text.Json.Utf8JsonWriter writer, string name, IEnumerable<string> lines)
    {
        writer.WriteStartArray(name);
        foreach (var line in lines)
        {
            writer.WriteStringValue(line);
        }

        writer.WriteEndArray();
    }
}
