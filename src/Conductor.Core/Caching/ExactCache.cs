namespace Conductor.Caching;

/// <summary>Answers by exact key. Bounded in bytes; the least recently used goes first; entries age out.</summary>
internal sealed class ExactCache(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new(); // most recent first
    private long _bytes;

    public (int Entries, long Bytes) Size
    {
        get
        {
            lock (_gate)
            {
                return (_entries.Count, _bytes);
            }
        }
    }

    public CachedAnswer? Find(CacheKey key)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                return null;
            }

            if (node.Value.Expires <= time.GetUtcNow())
            {
                Remove(node);
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    public void Store(CacheKey key, CachedAnswer answer, TimeSpan ttl, long maxBytes)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var old))
            {
                Remove(old);
            }

            if (answer.Size > maxBytes / 8)
            {
                return; // one answer must not push out all others
            }

            var node = _byUse.AddFirst(new Entry(key, answer, time.GetUtcNow() + ttl));
            _entries[key] = node;
            _bytes += answer.Size;
            while (_bytes > maxBytes && _byUse.Last is { } oldest)
            {
                Remove(oldest);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= node.Value.Answer.Size;
    }

    private sealed record Entry(CacheKey Key, CachedAnswer Answer, DateTimeOffset Expires);
}
