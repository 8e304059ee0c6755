using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Operations;
using Conductor.Providers;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>`conductor run OPERATION TEXT|-`: one operation through the whole pipeline, without a server.</summary>
internal static class RunCommand
{
    private static readonly Argument<string> Operation = new("OPERATION") { Description = "The operation's name, for example sentiment_analysis; 'conductor plugins list' shows what is there." };

    private static readonly Argument<string?> Text = new("TEXT")
    {
        Description = "The text to work on; '-' reads standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Model = new("--model", "-m") { Description = "auto, an alias, or provider/model.", HelpName = "MODEL" };

    private static readonly Option<string?> Provider = new("--provider") { Description = "The only provider that may serve.", HelpName = "NAME" };

    private static readonly Option<string?> Language = new("--language") { Description = "The text's language, for example en.", HelpName = "CODE" };

    private static readonly Option<string?> Parameters = new("--parameters", "-p") { Description = "The operation's own parameters, a JSON object.", HelpName = "JSON" };

    private static readonly Option<string?> Inputs = new("--inputs")
    {
        Description = "Many inputs at once, instead of TEXT: a file ('-' reads standard input) with a JSON array, or a JSON value a line; prints a result a line.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the whole response as JSON: result, metadata, usage, performance, cost." };

    public static Command Create()
    {
        var command = new Command("run", "Run an operation in this process and print its result.") { Operation, Text, Model, Provider, Language, Parameters, Inputs, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var body = await BuildRequestAsync(parsed, cancellationToken);
        var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
        var isJson = parsed.GetValue(Json);
        var context = CallContext.New() with { Surface = "cli" };
        using var interrupt = CancelOnSignal.Create(cancellationToken);
        try
        {
            await using var process = await Terminal.BusyAsync("Loading plugins", () => InProcess.StartAsync(settings, interrupt.Token));
            using var request = OperationRequest.Parse(parsed.GetValue(Operation)!, body, process.Conductor.Catalog);
            if (request.IsBatch)
            {
                return await RunBatchAsync(process.Conductor, request.ReadBatch(context, interrupt.Token), isJson, interrupt.Token);
            }

            await using var call = request.ReadCall(context, interrupt.Token);
            var outcome = await Terminal.BusyAsync($"Running {call.Operation}", () => process.Conductor.RunAsync(call, interrupt.Token));
            if (isJson)
            {
                var response = new ArrayBufferWriter<byte>();
                OperationResponseWriter.Write(response, call, outcome);
                Terminal.JsonDocument(response.WrittenMemory);
            }
            else
            {
                Print(call, outcome);
            }

            return ExitCodes.Ok;
        }
        catch (ConductorException failure)
        {
            if (isJson)
            {
                var error = new ArrayBufferWriter<byte>();
                ErrorBody.Write(error, failure, context.RequestId, TimeProvider.System.GetUtcNow());
                Terminal.JsonDocument(error.WrittenMemory);
            }

            throw new CliException(failure.Status is 400 or 404 ? ExitCodes.Usage : ExitCodes.Failed, failure.Message);
        }
        catch (ProviderException failure)
        {
            throw new CliException(ExitCodes.Failed, failure.Message);
        }
    }

    private static async Task<int> RunBatchAsync(IConductor conductor, OperationBatch batch, bool isJson, CancellationToken cancellationToken)
    {
        var items = conductor.RunBatchAsync(batch, cancellationToken);
        var failed = 0;
        if (isJson)
        {
            var (answer, totals) = await Terminal.BusyAsync($"Running {batch.Operation}", () => BatchBody.WriteAsync(batch, items, TimeProvider.System, cancellationToken));
            Terminal.JsonDocument(answer);
            failed = totals.Failed;
        }
        else
        {
            await foreach (var item in items.WithCancellation(cancellationToken))
            {
                Terminal.JsonLine(json => BatchBody.WriteItem(json, item, TimeProvider.System));
                failed += item.Error is null ? 0 : 1;
            }
        }

        return failed == 0 ? ExitCodes.Ok : throw new CliException(ExitCodes.Failed, $"{failed} of {batch.Count} inputs failed.");
    }

    private static async Task<byte[]> BuildRequestAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var request = new RunRequest();
        if (parsed.GetValue(Inputs) is { } inputs)
        {
            if (parsed.GetValue(Text) is not null)
            {
                throw new CliException(ExitCodes.Usage, "TEXT and --inputs exclude each other: put the text among the inputs.");
            }

            request.Inputs(await RunRequest.ReadInputsAsync(inputs, cancellationToken));
        }

        return request
            .Text("text", await RunRequest.ReadTextAsync(parsed.GetValue(Text), cancellationToken))
            .Text("model", parsed.GetValue(Model))
            .Text("provider", parsed.GetValue(Provider))
            .Text("language", parsed.GetValue(Language))
            .Json("parameters", parsed.GetValue(Parameters))
            .ToBody();
    }

    private static void Print(OperationCall call, OperationOutcome outcome)
    {
        using var result = JsonDocument.Parse(outcome.Result);
        ResultView.Write(result.RootElement);
        foreach (var notice in outcome.Notices)
        {
            Terminal.Note(notice);
        }

        if (Terminal.IsInteractive)
        {
            var cost = CallCost.Of(call);
            var price = cost.Amount is not { } amount ? "cost unknown" : amount == Money.NanoUsd.Zero ? "free" : $"${amount}";
            AnsiConsole.MarkupLineInterpolated($"[dim]{outcome.Provider}/{outcome.Model}, {call.Timings.Total.TotalMilliseconds:0.#} ms, {outcome.Usage.TotalTokens} tokens, {price}[/]");
        }
    }
}
