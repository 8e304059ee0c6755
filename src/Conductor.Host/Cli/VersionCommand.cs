using System.CommandLine;
using System.Runtime.InteropServices;

namespace Conductor.Host.Cli;

/// <summary>`conductor version`.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("version", "Print the version.") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteString("version", AppVersion.Text);
                    writer.WriteString("contract_version", AppVersion.Contract);
                    writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
                    writer.WriteString("os", RuntimeInformation.OSDescription);
                    writer.WriteString("architecture", RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
                    writer.WriteEndObject();
                });
                return ExitCodes.Ok;
            }

            Console.Out.WriteLine($"conductor {AppVersion.Text} (plugin contract {AppVersion.Contract}, {RuntimeInformation.FrameworkDescription})");
            return ExitCodes.Ok;
        });
        return command;
    }
}
