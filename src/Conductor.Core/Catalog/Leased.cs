namespace Conductor.Catalog;

/// <summary>A live thing that calls hold leases on. It is let go once it is retired and the last lease is back.</summary>
/// <typeparam name="T">The contract type that a plugin implements.</typeparam>
public abstract class Leased<T>
    where T : class
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;
    private int _leases = 1; // the catalogue's own
    private volatile bool _isRetired;

    protected Leased(T value) => _value = value;

    /// <summary>Completes when the entry is retired and no lease is out.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Leases that are out.</summary>
    public int CallsInFlight => Math.Max(0, Volatile.Read(ref _leases) - (_isRetired ? 0 : 1));

    /// <summary>The plugin's object; only under a lease.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    protected T Value => _value ?? throw new ObjectDisposedException(GetType().Name);

    /// <summary>Takes a lease; false when the entry is retired and drained.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _leases);
        while (seen > 0)
        {
            var was = Interlocked.CompareExchange(ref _leases, seen + 1, seen);
            if (was == seen)
            {
                return true;
            }

            seen = was;
        }

        return false;
    }

    /// <summary>Gives a lease back.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
        {
            _value = null; // the catalogue may outlive the plugin's code
            _drained.TrySetResult();
        }
    }

    /// <summary>Takes the entry out of the catalogue's hands. Call once.</summary>
    public void Retire()
    {
        _isRetired = true;
        Release();
    }
}
