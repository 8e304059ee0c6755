using Conductor.Calls;
using Conductor.Money;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>The answer of a plain-text operation, given out while the model writes it, and read into the operation's result at its end.</summary>
/// <param name="updates">The model's stream, primed.</param>
/// <param name="read">Reads the whole text into a result that fits the operation's schema.</param>
internal sealed class OperationTextStream(PrimedUpdates updates, Func<string, string?, OperationText> read)
{
    private readonly PlainText _text = new();
    private OperationText? _result;

    /// <summary>For a model that finished without saying anything: its result, read before anybody is promised a stream.</summary>
    /// <exception cref="Providers.ProviderException">The operation has no use for an empty answer; another target may give a better one.</exception>
    public void ReadEmpty() => _result = read("", updates.FinishReason?.Value);

    /// <summary>The text in pieces. At their end the outcome is complete.</summary>
    public async IAsyncEnumerable<string> ReadAsync(OperationOutcome outcome, Action<OperationOutcome, OperationText> complete)
    {
        var last = "";
        await foreach (var update in updates.ReadAsync(Finish).ConfigureAwait(false))
        {
            if (_text.Add(update.Text) is { Length: > 0 } piece)
            {
                yield return piece;
            }
        }

        complete(outcome, _result!);
        if (last.Length > 0)
        {
            yield return last;
        }

        void Finish()
        {
            last = _text.Finish();
            _result ??= read(_text.Whole, updates.FinishReason?.Value);
        }
    }
}

/// <summary>A text read into an operation's result.</summary>
/// <param name="Result">UTF-8 JSON.</param>
/// <param name="Notices">What the operation had to say of it.</param>
/// <param name="Reading">How long that took.</param>
internal sealed record OperationText(ReadOnlyMemory<byte> Result, IReadOnlyList<string> Notices, TimeSpan Reading);
