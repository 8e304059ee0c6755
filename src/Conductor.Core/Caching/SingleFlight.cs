using System.Collections.Concurrent;

namespace Conductor.Caching;

/// <summary>Of several equal calls at once, one asks and the others wait for its answer.</summary>
internal sealed class SingleFlight
{
    private readonly ConcurrentDictionary<CacheKey, TaskCompletionSource<CachedAnswer?>> _flights = new();

    /// <summary>Null for the caller that has to ask, and must then call <see cref="Land"/>; for the others, the answer that will come.</summary>
    public Task<CachedAnswer?>? Join(CacheKey key)
    {
        var mine = new TaskCompletionSource<CachedAnswer?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var flight = _flights.GetOrAdd(key, mine);
        return ReferenceEquals(flight, mine) ? null : flight.Task;
    }

    /// <summary>Tells those who wait. Null: there is no answer to share, each asks for itself.</summary>
    public void Land(CacheKey key, CachedAnswer? answer)
    {
        if (_flights.TryRemove(key, out var flight))
        {
            flight.TrySetResult(answer);
        }
    }
}
