using System.Buffers;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Dialects;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Http;
using Conductor.Operations;
using Spectre.Console;

namespace Conductor.Host.Cli;

/// <summary>What `conductor run` prints: a result for people, a text while it is written, or JSON.</summary>
/// <param name="isJson">JSON on standard output.</param>
/// <param name="isStreaming">The caller asked for a stream: JSON then comes as one document a line.</param>
internal sealed class RunOutput(bool isJson, bool isStreaming)
{
    public async Task WriteAsync(OperationCall call, OperationOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Deltas is { } deltas)
        {
            var hasEnded = false;
            try
            {
                await foreach (var delta in deltas.WithCancellation(cancellationToken))
                {
                    WriteDelta(delta);
                }

                hasEnded = true;
            }
            finally
            {
                if (!hasEnded && !isJson)
                {
                    Console.Out.WriteLine(); // what is said of the failure begins on a line of its own
                }
            }
        }

        if (isJson)
        {
            var response = new ArrayBufferWriter<byte>();
            OperationResponseWriter.Write(response, call, outcome);
            WriteJson(response.WrittenMemory);
        }
        else
        {
            Write(call, outcome);
        }
    }

    /// <summary>Prints the items as they come.</summary>
    /// <returns>How many failed.</returns>
    public async Task<int> WriteAsync(OperationBatch batch, IAsyncEnumerable<OperationBatchItem> items, CancellationToken cancellationToken)
    {
        if (isJson)
        {
            var (answer, totals) = await Terminal.BusyAsync($"Running {batch.Operation}", () => BatchBody.WriteAsync(batch, items, TimeProvider.System, cancellationToken));
            WriteJson(answer);
            return totals.Failed;
        }

        var failed = 0;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            ResultView.Write(item);
            failed += item.Error is null ? 0 : 1;
        }

        return failed;
    }

    /// <summary>The error as JSON, where JSON is asked for; people read it on standard error.</summary>
    public void Error(ConductorException failure, string requestId)
    {
        if (isJson)
        {
            var error = new ArrayBufferWriter<byte>();
            OpenAIErrorBody.Write(error, failure, new ErrorFacts(requestId, TimeProvider.System.GetUtcNow()));
            WriteJson(error.WrittenMemory);
        }
    }

    private void WriteDelta(string delta)
    {
        if (!isJson)
        {
            Console.Out.Write(ResultText.Clean(delta));
            return;
        }

        Terminal.JsonLine(json =>
        {
            json.WriteStartObject();
            json.WriteString("delta", delta);
            json.WriteEndObject();
        });
    }

    private void WriteJson(ReadOnlyMemory<byte> utf8)
    {
        if (!isStreaming)
        {
            Terminal.JsonDocument(utf8);
            return;
        }

        using var document = JsonDocument.Parse(utf8);
        Terminal.JsonLine(document.RootElement.WriteTo);
    }

    private static void Write(OperationCall call, OperationOutcome outcome)
    {
        if (outcome.Deltas is not null)
        {
            Console.Out.WriteLine(); // the text is there already
        }
        else
        {
            using var result = JsonDocument.Parse(outcome.Result);
            ResultView.Write(result.RootElement);
        }

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
