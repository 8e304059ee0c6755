using System.Buffers;
using System.CommandLine;
using System.Text;
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
    // More than any operation takes; an endless pipe must not fill the memory before the request is refused.
    private const int MaxInputChars = 4 * 1024 * 1024;

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

    private static readonly Option<bool> Json = new("--json") { Description = "Print the whole response as JSON: result, metadata, usage, performance, cost." };

    public static Command Create()
    {
        var command = new Command("run", "Run an operation in this process and print its result.") { Operation, Text, Model, Provider, Language, Parameters, Json };
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
            await using var call = OperationCallReader.Read(parsed.GetValue(Operation)!, body, context, process.Conductor.Catalog, interrupt.Token);
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
                foreach (var notice in outcome.Notices)
                {
                    Terminal.Note(notice);
                }
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

    private static async Task<byte[]> BuildRequestAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var text = parsed.GetValue(Text) is "-" ? await ReadStandardInputAsync(cancellationToken) : parsed.GetValue(Text);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteText(json, "text", text);
            WriteText(json, "model", parsed.GetValue(Model));
            WriteText(json, "provider", parsed.GetValue(Provider));
            WriteText(json, "language", parsed.GetValue(Language));
            if (parsed.GetValue(Parameters) is { } parameters)
            {
                json.WritePropertyName("parameters");
                try
                {
                    using var document = JsonDocument.Parse(parameters);
                    document.RootElement.WriteTo(json);
                }
                catch (JsonException mistake)
                {
                    throw new CliException(ExitCodes.Usage, $"--parameters is not valid JSON: {mistake.Message}");
                }
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static async Task<string> ReadStandardInputAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        var buffer = new char[MaxInputChars + 1];
        try
        {
            var read = await reader.ReadBlockAsync(buffer, cancellationToken);
            return read <= MaxInputChars
                ? new string(buffer, 0, read)
                : throw new CliException(ExitCodes.Usage, $"Standard input holds more than {MaxInputChars} characters, which no operation takes.");
        }
        catch (DecoderFallbackException)
        {
            throw new CliException(ExitCodes.Usage, "Standard input is not valid UTF-8.");
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
        {
            return;
        }

        try
        {
            json.WriteString(name, value);
        }
        catch (ArgumentException)
        {
            throw new CliException(ExitCodes.Usage, $"The {name} is not valid Unicode.");
        }
    }

    private static void Print(OperationCall call, OperationOutcome outcome)
    {
        using var result = JsonDocument.Parse(outcome.Result);
        ResultView.Write(result.RootElement);
        if (Terminal.IsInteractive)
        {
            var cost = CallCost.Of(call);
            var price = cost.Amount is not { } amount ? "cost unknown" : amount == Money.NanoUsd.Zero ? "free" : $"${amount}";
            AnsiConsole.MarkupLineInterpolated($"[dim]{outcome.Provider}/{outcome.Model}, {call.Timings.Total.TotalMilliseconds:0.#} ms, {outcome.Usage.TotalTokens} tokens, {price}[/]");
        }
    }
}
