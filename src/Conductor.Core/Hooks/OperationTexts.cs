using System.Runtime.CompilerServices;
using System.Text.Json;
using Conductor.Calls;

namespace Conductor.Hooks;

/// <summary>Takes an operation's result through the hooks of its call.</summary>
internal static class OperationTexts
{
    /// <summary>A whole result.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> ShowAsync(ReadOnlyMemory<byte> result, AnswerTexts answer, CancellationToken cancellationToken)
    {
        var value = JsonElement.Parse(result.Span);
        var texts = new List<string>();
        JsonStrings.Collect(value, texts);
        var isChanged = false;
        for (var i = 0; i < texts.Count; i++)
        {
            var shown = await answer.WholeAsync(0, HookTextKind.Result, texts[i], cancellationToken).ConfigureAwait(false);
            isChanged |= shown != texts[i];
            texts[i] = shown;
        }

        return isChanged ? JsonStrings.Replace(value, texts) : result;
    }

    /// <summary>A text in pieces, and the result that is there once they have been read.</summary>
    public static async IAsyncEnumerable<string> ShowAsync(
        OperationOutcome outcome, IAsyncEnumerable<string> deltas, AnswerTexts answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var delta in deltas.ConfigureAwait(false))
        {
            if (await answer.AddAsync(0, HookTextKind.Result, delta, cancellationToken).ConfigureAwait(false) is { Length: > 0 } shown)
            {
                yield return shown;
            }
        }

        if (await answer.EndAsync(0, cancellationToken).ConfigureAwait(false) is { Length: > 0 } rest)
        {
            yield return rest;
        }

        outcome.Result = await ShowAsync(outcome.Result, answer, cancellationToken).ConfigureAwait(false);
        await answer.AfterAsync(cancellationToken).ConfigureAwait(false);
    }
}
