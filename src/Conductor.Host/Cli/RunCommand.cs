using System.CommandLine;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Composition;
using Conductor.Operations;
using Conductor.Providers;

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
        Description = "Many inputs at once, instead of TEXT: a file ('-' reads standard input) with a JSON array, or a JSON value a line.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Stream = new("--stream") { Description = "Print the text of a plain-text operation while the model writes it." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the whole response as JSON: result, metadata, usage, performance, cost." };

    public static Command Create()
    {
        var command = new Command("run", "Run an operation in this process and print its result.") { Operation, Text, Model, Provider, Language, Parameters, Inputs, Stream, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var body = await BuildRequestAsync(parsed, cancellationToken);
        var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
        var output = new RunOutput(parsed.GetValue(Json), parsed.GetValue(Stream));
        var context = CallContext.New() with { Surface = "cli" };
        using var interrupt = CancelOnSignal.Create(cancellationToken);
        try
        {
            await using var process = await Terminal.BusyAsync("Loading plugins", () => InProcess.StartAsync(settings, interrupt.Token));
            using var request = OperationRequest.Parse(parsed.GetValue(Operation)!, body, process.Conductor.Catalog);
            if (request.IsBatch)
            {
                return await RunBatchAsync(process.Conductor, request.ReadBatch(context, interrupt.Token), output, interrupt.Token);
            }

            await using var call = await request.ReadCallAsync(context, interrupt.Token, isStreaming: parsed.GetValue(Stream));
            var outcome = await Terminal.BusyAsync($"Running {call.Operation}", () => process.Conductor.RunAsync(call, interrupt.Token));
            await output.WriteAsync(call, outcome, interrupt.Token);
            return ExitCodes.Ok;
        }
        catch (ConductorException failure)
        {
            output.Error(failure, context.RequestId);
            throw new CliException(failure.Status is 400 or 404 ? ExitCodes.Usage : ExitCodes.Failed, failure.Message);
        }
        catch (ProviderException failure)
        {
            throw new CliException(ExitCodes.Failed, failure.Message);
        }
    }

    private static async Task<int> RunBatchAsync(IConductor conductor, OperationBatch batch, RunOutput output, CancellationToken cancellationToken)
    {
        var failed = await output.WriteAsync(batch, conductor.RunBatchAsync(batch, cancellationToken), cancellationToken);
        return failed == 0 ? ExitCodes.Ok : throw new CliException(ExitCodes.Failed, $"{failed} of {batch.Count} inputs failed.");
    }

    private static async Task<byte[]> BuildRequestAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var request = new RunRequest();
        if (parsed.GetValue(Inputs) is { } inputs)
        {
            if (parsed.GetValue(Stream))
            {
                throw new CliException(ExitCodes.Usage, "--stream and --inputs exclude each other: a batch is not streamed.");
            }

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
}
