using Conductor.Errors;
using Conductor.Operations;

namespace Conductor.Invoke;

/// <content>Running an operation's code inside an attempt: what it does wrong is its own, and says nothing of the provider.</content>
internal sealed partial class AttemptScope
{
    private OperationTurn? _inside; // whose code runs now
    private OperationTurn? _stuck; // whose code did not come back

    /// <summary>Runs a part of the operation's code, under a lease of its own: it may be left alone in there, and the call's own lease is then given back.</summary>
    /// <param name="turn">Whose code.</param>
    /// <param name="work">Runs it.</param>
    /// <param name="isReading">Whether it reads a reply, which may be wrong; else only the request may be.</param>
    /// <exception cref="OperationRequestException">The request is wrong.</exception>
    /// <exception cref="OperationReplyException">The reply is of no use.</exception>
    /// <exception cref="ConductorException">The code itself failed: it does so for every target, so no other one is tried.</exception>
    public T RunOperation<T>(OperationTurn turn, Func<T> work, bool isReading = false)
    {
        if (!turn.Entry.TryAcquire())
        {
            throw ConductorErrors.OperationNotFound(turn.Entry.Name, nearest: null);
        }

        Volatile.Write(ref _inside, turn);
        try
        {
            return work();
        }
#pragma warning disable CA1031 // boundary: the operation's own failure is not the provider's; its object must not travel on
        catch (Exception fault) when (isReading ? fault is not OperationReplyException : fault is not OperationRequestException)
#pragma warning restore CA1031
        {
            InvokeLog.PluginFault(_services.Logger, turn.Entry.Name, fault.GetType().FullName ?? "", fault.Message);
            throw turn.Threw(fault);
        }
        finally
        {
            Volatile.Write(ref _inside, null);
            turn.Entry.Release();
        }
    }

    // Whose code it was that did not come back: the operation's, or that of the provider's plugin.
    private void BlameForSilence()
    {
        if (_caller.IsCancellationRequested)
        {
            return; // a caller who leaves says nothing of the plugin
        }

        if (Volatile.Read(ref _inside) is { } turn)
        {
            _stuck = turn;
            turn.Fault("Its code did not come back although its time was up.");
        }
        else
        {
            _fault = "It did not come back although its time was up.";
        }
    }
}
