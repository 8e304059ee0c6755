using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Providers;

namespace Conductor.Invoke;

/// <summary>
/// How a streamed answer ends: its upstream is closed once, and then the attempt is booked once. The reader that leaves, the failure, the end of the
/// bytes and the end of a call that nobody read all come here. The provider's lease goes back last: closing runs the plugin's code.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="scope">The attempt.</param>
/// <param name="close">Closes the upstream's stream.</param>
/// <param name="used">What was used until now, counted where the upstream has not said.</param>
internal sealed class StreamEnd(ModelCall call, AttemptScope scope, Func<ValueTask> close, Func<TokenUsage> used)
{
    private Exception? _failure;
    private int _isClosed;
    private int _isRead;

    /// <summary>A stream is read once.</summary>
    /// <exception cref="InvalidOperationException">It is read a second time.</exception>
    public void Begin()
    {
        if (Interlocked.Exchange(ref _isRead, 1) != 0)
        {
            throw new InvalidOperationException("An answer's stream can be enumerated once only.");
        }
    }

    /// <summary>What the reader is told of a failure after the first content; it is booked by <see cref="LeaveAsync"/>.</summary>
    public ConductorException Broken(Exception failure)
    {
        _failure = failure;
        var told = failure as ConductorException ?? ConductorErrors.FromProvider((ProviderException)failure, scope.Hop.Provider.Name);
        call.StreamFailure = told;
        InvokeLog.StreamFailed(scope.Logger, scope.Hop.Id, told.Code, call.Context.RequestId);
        return told;
    }

    /// <summary>Closes the upstream's stream, once; a failure at that changes nothing any more.</summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        try
        {
            await scope.CloseAsync(close).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // boundary: a plugin's stream that cannot be closed must not hide why it is closed
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            InvokeLog.PluginFault(scope.Logger, scope.Hop.Id, thrown.GetType().FullName ?? "", thrown.Message);
        }
    }

    /// <summary>Closes, and books what had come until now unless the attempt has already ended.</summary>
    public async ValueTask LeaveAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        if (!scope.HasEnded)
        {
            scope.Fail(_failure ?? new OperationCanceledException(), used());
        }
    }
}
