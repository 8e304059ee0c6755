using System.Text.Json;
using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Prompts;
using Conductor.Providers;
using MediatR;

namespace Conductor.Invoke;

/// <summary>Runs an operation on one target: its own engine where it has one, else its vectors or a prompt.</summary>
internal sealed class OperationHandler(AttemptServices services, PromptStore prompts) : IRequestHandler<OperationCall, OperationOutcome>
{
    public async Task<OperationOutcome> Handle(OperationCall request, CancellationToken cancellationToken)
    {
        var entry = request.Catalog!.Operations.GetValueOrDefault(request.Operation);
        if (entry is null || !entry.TryAcquire())
        {
            throw ConductorErrors.OperationNotFound(request.Operation, nearest: null);
        }

        var turn = BeginTurn(entry);
        if (request.IsStreaming)
        {
            HoldUntilTheEnd(request, turn); // its code reads the result when the text has been given out
            try
            {
                return await RunAsync(request, turn, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                turn.End(); // the next target's turn may come before the call's end
                throw;
            }
        }

        try
        {
            return await RunAsync(request, turn, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            entry.Release();
            turn.End();
        }
    }

    private static OperationTurn BeginTurn(OperationEntry entry)
    {
        try
        {
            return OperationTurn.Begin(entry);
        }
        catch
        {
            entry.Release();
            throw;
        }
    }

    private async Task<OperationOutcome> RunAsync(OperationCall call, OperationTurn turn, CancellationToken cancellationToken)
    {
        var scope = AttemptScope.Begin(call, services, cancellationToken);
        var prompt = new PromptRun(call, scope, turn, prompts);
        var vectors = new EmbeddingRun(call, scope, turn);

        // What a model was asked is paid for, whatever came of it.
        TokenUsage? ofEngine = null;
        return await scope.RunAsync(() => AttemptAsync(call, scope, turn, prompt, vectors, used => ofEngine = used), () => prompt.Usage ?? vectors.Usage ?? ofEngine).ConfigureAwait(false);
    }

    private static void HoldUntilTheEnd(OperationCall call, OperationTurn turn)
    {
        try
        {
            call.OnCompleted(() =>
            {
                turn.Entry.Release();
                turn.End();
                return ValueTask.CompletedTask;
            });
        }
        catch (ObjectDisposedException)
        {
            turn.Entry.Release();
            turn.End();
            throw;
        }
    }

    private async Task<OperationOutcome> StreamAsync(OperationCall call, AttemptScope scope, OperationTurn turn, PromptRun prompt)
    {
        var stream = await prompt.StreamAsync(read =>
        {
            var answered = services.Time.GetTimestamp();
            var result = Check(scope, turn.Entry, read());
            turn.Worked();
            return new OperationText(result, [], services.Time.GetElapsedTime(answered));
        }).ConfigureAwait(false);
        var outcome = new OperationOutcome { Attempt = scope.Attempt, Provider = scope.Hop.Provider.Name, Model = scope.Hop.Model.Id, Result = default };
        outcome.Deltas = stream.ReadAsync(outcome, (done, text) =>
        {
            (done.Result, done.Notices, done.Usage) = (text.Result, text.Notices, scope.Attempt.Usage);
            (call.Timings.PostProcessing, call.Timings.Total) = (text.Reading, services.Time.GetElapsedTime(call.StartedTimestamp));
        });
        services.CountStream(call);
        return outcome;
    }

    private async Task<OperationOutcome> AttemptAsync(
        OperationCall call, AttemptScope scope, OperationTurn turn, PromptRun prompt, EmbeddingRun vectors, Action<TokenUsage> engineUsed)
    {
        var entry = turn.Entry;
        ReadOnlyMemory<byte> result;
        TokenUsage? usage;
        IReadOnlyList<string> notices;
        if (EngineOf(scope, call) is { } engine)
        {
            await scope.AffordAsync(() => TokenBound.Rough(call), OutputLimits.Standard(call, scope.Hop), used: null, isEngine: true).ConfigureAwait(false);
            var found = await scope.GuardAsync(token =>
            {
                scope.Ask();
                return engine.RunAsync(call.Payload, token);
            }).ConfigureAwait(false);
            scope.Got();
            scope.MarkAnswered();
            usage = UsageSanity.Check(found.Usage);
            engineUsed(usage);
            (result, notices) = (found.Result, CallNotices.From(found.Notices));
        }
        else if (entry.Operation is IEmbeddingOperation embedding)
        {
            result = await vectors.RunAsync(embedding).ConfigureAwait(false);
            (usage, notices) = (vectors.Usage, vectors.Notices);
        }
        else if (call.IsStreaming && !entry.Descriptor.IsStructured)
        {
            return await StreamAsync(call, scope, turn, prompt).ConfigureAwait(false);
        }
        else
        {
            result = await prompt.RunAsync().ConfigureAwait(false);
            (usage, notices) = (prompt.Usage, prompt.Notices);
        }

        var answered = services.Time.GetTimestamp();
        result = Check(scope, entry, result);
        turn.Worked();
        call.Timings.PostProcessing = services.Time.GetElapsedTime(answered);
        scope.Succeed(usage, () => TokenUsage.None);
        return new OperationOutcome
        {
            Attempt = scope.Attempt,
            Provider = scope.Hop.Provider.Name,
            Model = scope.Hop.Model.Id,
            Usage = scope.Attempt.Usage,
            Notices = notices,
            Result = result,
        };
    }

    private static IOperationEngine? EngineOf(AttemptScope scope, OperationCall call) =>
        scope.Provider.Engines.FirstOrDefault(engine => engine.Operation == call.Operation && engine.ModelId == scope.Hop.Model.Id);

    /// <summary>A result that does not fit its own schema is a fault of the target, never the caller's to find out.</summary>
    /// <returns>The result as it goes out.</returns>
    private ReadOnlyMemory<byte> Check(AttemptScope scope, OperationEntry entry, ReadOnlyMemory<byte> result)
    {
        try
        {
            using var document = ResultJson.Parse(result);
            if (entry.ResultSchema.Validate(document.RootElement) is [var first, ..])
            {
                InvokeLog.ResultOffSchema(services.Logger, scope.Hop.Id, entry.Name, $"{first.Path} {first.Message}");
                throw new ProviderException(ProviderErrorKind.InvalidResponse, "The result does not fit the operation's schema.");
            }

            return ResultJson.OnOneLine(result, document);
        }
        catch (JsonException)
        {
            InvokeLog.ResultOffSchema(services.Logger, scope.Hop.Id, entry.Name, "it is not JSON");
            throw new ProviderException(ProviderErrorKind.InvalidResponse, "The result is not JSON.");
        }
    }
}
