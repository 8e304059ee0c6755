using Conductor.Calls;
using Conductor.Errors;
using Microsoft.Extensions.AI;

namespace Conductor.Hooks;

/// <summary>The hooks that one call goes through: its prompt before it is routed, its answer on its way to the caller.</summary>
internal sealed class HookChain(ModelCall call, IReadOnlyList<HookLink> links, string fingerprint)
{
    /// <summary>Changes when hooks, their code or what they are to do change.</summary>
    public string Fingerprint => fingerprint;

    /// <summary>Shows the prompt to all hooks in turn, and puts what they made of it into the call.</summary>
    /// <exception cref="ConductorException">400: one refuses it. 502, 503: one cannot be asked.</exception>
    public async Task BeforeAsync(CancellationToken cancellationToken)
    {
        var texts = CallTexts.Of(call);
        var context = call.Context;
        var prompt = new HookPrompt
        {
            RequestId = context.RequestId,
            TenantId = context.TenantId,
            KeyId = context.KeyId,
            Operation = call.OperationName,
            Model = call.Model,
            Metadata = context.Metadata,
            Texts = texts.Texts,
        };
        foreach (var link in links)
        {
            if (await link.BeforeAsync(prompt, cancellationToken).ConfigureAwait(false) is { } reason)
            {
                throw ConductorErrors.ContentFiltered(reason);
            }
        }

        texts.Apply();
    }

    /// <summary>Shows a whole answer to all hooks, or sees to it that a stream is shown to them piece by piece.</summary>
    /// <returns>The outcome as the caller gets it.</returns>
    /// <exception cref="ConductorException">400: one refuses it. 502, 503: one cannot be asked.</exception>
    public async Task<ModelOutcome> AfterAsync(ModelOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is not (ChatOutcome or OperationOutcome) || await OpenAsync(cancellationToken).ConfigureAwait(false) is not { } answer)
        {
            return outcome;
        }

        switch (outcome)
        {
            case ChatOutcome { Response: { } response } chat:
                return Copy(chat, await ChatAnswer.ShowAsync(response, answer, cancellationToken).ConfigureAwait(false), null);
            case ChatOutcome { Updates: { } updates } chat:
                return Copy(chat, null, ChatAnswer.ShowAsync(updates, answer, call.CallerAborted));
            case OperationOutcome { Deltas: { } deltas } operation:
                operation.Deltas = OperationTexts.ShowAsync(operation, deltas, answer, call.CallerAborted);
                return operation;
            case OperationOutcome operation:
                operation.Result = await OperationTexts.ShowAsync(operation.Result, answer, cancellationToken).ConfigureAwait(false);
                await answer.AfterAsync(cancellationToken).ConfigureAwait(false);
                return operation;
            default:
                throw new InvalidOperationException("An answer in bytes cannot be shown to hooks."); // its call must have gone through typed
        }
    }

    // From an outer frame: an answer that is opened is closed with its call, however that ends.
    private async Task<AnswerTexts?> OpenAsync(CancellationToken cancellationToken)
    {
        var context = call.Context;
        var about = new HookCall
        {
            RequestId = context.RequestId,
            TenantId = context.TenantId,
            KeyId = context.KeyId,
            Operation = call.OperationName,
            Model = call.Model,
            Metadata = context.Metadata,
        };
        var opened = new List<AnswerLink>();
        call.OnCompleted(() =>
        {
            opened.ForEach(link => link.Close());
            return ValueTask.CompletedTask;
        });
        foreach (var link in links)
        {
            if (await link.OpenAsync(about, cancellationToken).ConfigureAwait(false) is { } answer)
            {
                opened.Add(answer);
            }
        }

        return opened.Count == 0 ? null : new AnswerTexts(call, opened);
    }

    private static ChatOutcome Copy(ChatOutcome outcome, ChatResponse? response, IAsyncEnumerable<ChatResponseUpdate>? updates) => new()
    {
        Attempt = outcome.Attempt,
        Provider = outcome.Provider,
        Model = outcome.Model,
        Usage = outcome.Usage,
        Notices = outcome.Notices,
        Response = response,
        Updates = updates,
    };
}
