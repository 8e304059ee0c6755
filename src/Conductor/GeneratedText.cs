using Conductor.Calls;
using Conductor.InProcess;
using Conductor.Operations;

namespace Conductor;

/// <summary>An answer in pieces. Put together they are the result's text; <see cref="Result"/> is there once they have been read to their end.</summary>
public sealed class GeneratedText : IAsyncEnumerable<string>
{
    private readonly IConductor _conductor;
    private readonly ResponseGenerationRequest _request;
    private readonly OperationRunOptions _options;
    private int _isRead;

    internal GeneratedText(IConductor conductor, ResponseGenerationRequest request, OperationRunOptions options)
    {
        _conductor = conductor;
        _request = request;
        _options = options;
    }

    /// <summary>The whole answer; null before its end.</summary>
    public OperationResult<ResponseGenerationResult>? Result { get; private set; }

    /// <summary>Asks, and gives the pieces as they come. Whoever stops early ends the model's work.</summary>
    /// <exception cref="Errors.ConductorException">Nobody could serve it, or the answer broke off.</exception>
    /// <exception cref="InvalidOperationException">It is enumerated a second time: that would ask, and pay, again.</exception>
    public async IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isRead, 1) != 0)
        {
            throw new InvalidOperationException("A generated text can be enumerated once only.");
        }

        var json = OperationsJsonContext.Default;
        var call = await TypedCalls.CreateAsync(
            _conductor, "response_generation", _request, json.ResponseGenerationRequest, _options, isStreaming: true, cancellationToken).ConfigureAwait(false);
        await using (call.ConfigureAwait(false))
        {
            var outcome = await _conductor.RunAsync(call, cancellationToken).ConfigureAwait(false);
            if (outcome.Deltas is { } deltas)
            {
                await foreach (var delta in deltas.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    yield return delta;
                }
            }

            var result = TypedCalls.Read(call, outcome, json.ResponseGenerationResult);
            if (outcome.Deltas is null && result.Value.Text.Length > 0)
            {
                yield return result.Value.Text; // an engine answered, all at once
            }

            Result = result;
        }
    }
}
