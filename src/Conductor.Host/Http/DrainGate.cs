namespace Conductor.Host.Http;

/// <summary>Counts requests in flight, and closes the door when the server is to stop.</summary>
internal sealed class DrainGate : IDisposable
{
    private readonly CancellationTokenSource _cutOff = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inFlight;
    private bool _isDraining;

    public bool IsDraining
    {
        get
        {
            lock (_gate)
            {
                return _isDraining;
            }
        }
    }

    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight;
            }
        }
    }

    /// <summary>Cancelled when the requests in flight have had their time.</summary>
    public CancellationToken CutOff => _cutOff.Token;

    /// <summary>False once the door is closed.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isDraining)
            {
                return false;
            }

            _inFlight++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_inFlight == 0 && _isDraining)
            {
                _empty.TrySetResult();
            }
        }
    }

    /// <summary>Closes the door. The task completes when the last request has left.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isDraining = true;
            if (_inFlight == 0)
            {
                _empty.TrySetResult();
            }

            return _empty.Task;
        }
    }

    /// <summary>Ends what is still in flight, each with its error; <see cref="CloseAsync"/> then completes soon.</summary>
    public Task CutAsync() => _cutOff.CancelAsync();

    public void Dispose() => _cutOff.Dispose();
}
