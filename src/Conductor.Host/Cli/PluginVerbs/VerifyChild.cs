using System.CommandLine;
using System.Text;
using System.Text.Json;
using Conductor.TestKit;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>The process in which `conductor plugins verify` runs a plugin's code: a plugin may end it, and ends nothing else.</summary>
internal static class VerifyChild
{
    /// <summary>A hidden verb; people use `verify`.</summary>
    public const string Verb = "verify-child";

    /// <summary>Stands before the findings: what a plugin prints is not taken for them.</summary>
    public const string Mark = "conductor-findings:";

    public static Command Create()
    {
        var command = new Command(Verb, "Used by 'verify'.") { Hidden = true };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var output = Console.OpenStandardOutput();
        Console.SetOut(Console.Error); // what the plugin prints is for people
        var order = JsonSerializer.Deserialize(await Console.In.ReadToEndAsync(cancellationToken), VerifyJson.Default.VerifyOrder)!;
        var plugin = new PluginUnderTest { Path = order.Path, Settings = order.Settings, ChatModel = order.ChatModel, Upstream = UpstreamOf(order.Upstream) };
        var report = await PluginConformance.RunAsync(order.ApiKey is { } key ? plugin with { ApiKey = key } : plugin, cancellationToken);
        var findings = new VerifyFindings(report.Capabilities, [.. report.Results.Select(result => new VerifyCheck(result.Name, NameOf(result.Outcome), result.Message))]);
        await output.WriteAsync(Encoding.UTF8.GetBytes($"\n{Mark}{JsonSerializer.Serialize(findings, VerifyJson.Default.VerifyFindings)}\n"), cancellationToken);
        await output.FlushAsync(cancellationToken);

        // Not by returning: a thread that the plugin has left behind would keep the process.
        Environment.Exit(ExitCodes.Ok);
        return ExitCodes.Ok;
    }

    private static Func<Task<IUpstreamScript>>? UpstreamOf(string? wire) => wire switch
    {
        "openai" => OpenAIScript.StartAsync,
        "ollama" => OllamaScript.StartAsync,
        "gemini" => GeminiScript.StartAsync,
        _ => null,
    };

    private static string NameOf(ConformanceOutcome outcome) => outcome switch
    {
        ConformanceOutcome.Passed => "passed",
        ConformanceOutcome.NotOffered => "not_offered",
        ConformanceOutcome.NotRun => "not_run",
        _ => "failed",
    };
}
