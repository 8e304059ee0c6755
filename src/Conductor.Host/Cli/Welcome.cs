using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Composition;
using Conductor.Operations;
using Conductor.PluginLoading;
using Conductor.Settings;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>What a person sees when the server starts on a terminal.</summary>
internal static class Welcome
{
    private const string Sample = "The new release is wonderful: faster, calmer, and the documentation finally makes sense.";
    private const string SampleOperation = "sentiment_analysis";

    public static async Task ShowAsync(GatewayApp app, bool isFirstRun, CancellationToken cancellationToken)
    {
        var conductor = app.Services.GetRequiredService<IConductor>();
        var settings = app.Services.GetRequiredService<ISettings>().Current;
        Banner(app, conductor, settings);
        if (isFirstRun && conductor.Catalog.Operations.ContainsKey(SampleOperation))
        {
            await ShowSampleAsync(conductor, app.Addresses[0], cancellationToken);
        }
    }

    private static void Banner(GatewayApp app, IConductor conductor, ConductorSettings settings)
    {
        var addresses = app.Addresses;
        AnsiConsole.MarkupLineInterpolated($"[bold]Conductor {AppVersion.Text}[/] on [link]{string.Join(", ", addresses)}[/] (Ctrl+C stops)");
        AnsiConsole.MarkupLineInterpolated($"  docs        [link]{addresses[0]}/docs[/]");
        AnsiConsole.MarkupLineInterpolated($"  providers   {Names(conductor.Catalog.Providers.Keys)}");
        var off = settings.Providers.Where(provider => !conductor.Catalog.Providers.ContainsKey(provider.Key)).ToList();
        if (off.Count > 0)
        {
            AnsiConsole.MarkupLineInterpolated($"  [dim]off         {string.Join(", ", off.Select(provider => $"{provider.Key} ({provider.Value.DisabledReason ?? "not loaded"})"))}[/]");
        }

        AnsiConsole.MarkupLineInterpolated($"  operations  {Names(conductor.Catalog.Operations.Keys)}");
        AnsiConsole.MarkupLineInterpolated($"  keys        {(settings.Keys.Count == 0 ? app.Bootstrap is null ? "none: only this machine may call" : "none yet: nobody may call" : $"{settings.Keys.Count} configured")}");
        foreach (var plugin in conductor.Plugins.Where(plugin => plugin.State is PluginState.Rejected or PluginState.Faulted))
        {
            AnsiConsole.MarkupLineInterpolated($"  [yellow]{plugin.State.ToString().ToLowerInvariant()}[/]    {plugin.Id}: {plugin.Reason ?? "no reason given"}");
        }
    }

    private static async Task ShowSampleAsync(IConductor conductor, string address, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"text":"{{JsonEncodedText.Encode(Sample)}}"}""");
        var context = CallContext.New() with { Surface = "welcome" };
        try
        {
            await using var call = await OperationCallReader.ReadAsync(SampleOperation, body, context, conductor.Catalog, cancellationToken);
            var outcome = await conductor.RunAsync(call, cancellationToken);
            AnsiConsole.WriteLine();
            AnsiConsole.MarkupLineInterpolated($"First run: [italic]{SampleOperation}[/] of \"{Sample}\"");
            using var result = JsonDocument.Parse(outcome.Result);
            ResultView.Write(result.RootElement);
            AnsiConsole.MarkupLineInterpolated($"[dim]{outcome.Provider}/{outcome.Model}, {call.Timings.Total.TotalMilliseconds:0.#} ms, on this machine, no key, no network[/]");
        }
        catch (ConductorException failure)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]The first run's sample failed:[/] {failure.Message}");
        }

        ShowCommands(address, conductor);
    }

    private static void ShowCommands(string address, IConductor conductor)
    {
        var chat = conductor.Catalog.Providers.Values.Any(provider => provider.Models.Any(model => model.Capabilities.HasFlag(Providers.ModelCapabilities.Chat)));
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLine("[bold]Try next[/]");
        Console.Out.WriteLine($"  curl -s {address}/v1/operations/summarization -H 'content-type: application/json' -d '{{\"text\": \"Paste an article here. It may be long. Two sentences stay.\"}}'");
        Console.Out.WriteLine(chat
            ? $"  curl -s {address}/v1/chat/completions -H 'content-type: application/json' -d '{{\"model\": \"auto\", \"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'"
            : $"  curl -s {address}/v1/models");
        Console.Out.WriteLine($"  {OwnCommand()} run sentiment_analysis \"I did not like it at all.\"");
        Console.Out.WriteLine();
    }

    /// <summary>How this program was called, as far as one can tell.</summary>
    private static string OwnCommand() =>
        ContentRoot.Find(AppContext.BaseDirectory) == AppContext.BaseDirectory ? "conductor" : "dotnet run -c Release --project src/Conductor.Host --";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } some ? some : "(none)";
}
