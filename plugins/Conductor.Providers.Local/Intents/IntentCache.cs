using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Conductor.Operations;

namespace Conductor.Providers.Local.Intents;

/// <summary>Encoded intents by content, the least recently used leave first. Thread-safe.</summary>
/// <param name="maxBytes">Bytes of vectors that are kept at most.</param>
internal sealed class IntentCache(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, LinkedListNode<(UInt128 Key, IntentPrototype Prototype)>> _nodes = [];
    private readonly LinkedList<(UInt128 Key, IntentPrototype Prototype)> _recent = new();
    private long _bytes;

    /// <summary>Bytes of vectors that are kept now.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>A key of everything that the intent's vectors come from.</summary>
    public static UInt128 KeyOf(PossibleIntent intent)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, intent.Name);
        Append(hash, intent.Description);
        foreach (var example in intent.Examples ?? [])
        {
            Append(hash, example);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    public IntentPrototype? Find(UInt128 key)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(key, out var node))
            {
                return null;
            }

            _recent.Remove(node);
            _recent.AddFirst(node);
            return node.Value.Prototype;
        }
    }

    public void Store(UInt128 key, IntentPrototype prototype)
    {
        lock (_gate)
        {
            if (_nodes.ContainsKey(key))
            {
                return; // another call was as quick
            }

            _nodes[key] = _recent.AddFirst((key, prototype));
            _bytes += prototype.Size;
            while (_bytes > maxBytes && _recent.Last is { } oldest)
            {
                _recent.RemoveLast();
                _nodes.Remove(oldest.Value.Key);
                _bytes -= oldest.Value.Prototype.Size;
            }
        }
    }

    // With its length, so that no two lists of texts look alike; a missing text is not an empty one.
    private static void Append(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text?.Length ?? -1);
        hash.AppendData(length);
        hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
    }
}
