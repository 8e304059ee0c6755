namespace Conductor.Host.Http;

/// <summary>Events one by one, the next of which may be under way while the last ones are written. Disposed of, it first waits for that one: nothing can be closed in the middle of a step.</summary>
internal sealed class EventSource(IAsyncEnumerable<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _events = events.GetAsyncEnumerator(cancellationToken);
    private ValueTask<bool> _next;
    private bool _isUnderWay;

    /// <summary>The event that <see cref="MoveAsync"/> came to; valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlyMemory<byte> Current => _events.Current;

    /// <summary>Sets about the next event, unless it is under way already.</summary>
    /// <returns>Whether it is there without waiting, or known not to come.</returns>
    public bool Begin()
    {
        if (!_isUnderWay)
        {
            _isUnderWay = true;
#pragma warning disable CA2012 // awaited once: by MoveAsync, or else by DisposeAsync
            _next = _events.MoveNextAsync();
#pragma warning restore CA2012
        }

        return _next.IsCompleted;
    }

    /// <summary>Waits for the event that <see cref="Begin"/> set about; false at the end.</summary>
    public ValueTask<bool> MoveAsync()
    {
        Begin();
        _isUnderWay = false;
        return _next;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isUnderWay)
        {
            await ((Task)_next.AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _events.DisposeAsync();
    }
}
