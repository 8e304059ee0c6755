using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Idempotency;

/// <summary>
/// One answer as it is made, for any number of clients: each reads it from its beginning and then live. Whoever makes it never waits for a client while all of it fits; a stream
/// that has grown too large keeps its last bytes only, goes at the pace of its first client, and loses those who fall behind. Thread-safe.
/// </summary>
#pragma warning disable CA1001 // its source of cancellation has no timer and no link: there is nothing to dispose, and clients may outlive the request that made it
internal sealed class AnswerRecording(long most, RecordingMemory memory, TimeSpan linger, TimeProvider time)
#pragma warning restore CA1001
{
    // What a stream that is too large to keep holds for its clients.
    private const int Window = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly List<byte[]> _chunks = [];
    private readonly List<AnswerListener> _listeners = [];
    private readonly CancellationTokenSource _abandoned = new();
    private TaskCompletionSource _changed = NewSignal();
    private ITimer? _timer;
    private int _dropped; // chunks at the beginning that are gone
    private long _kept; // bytes in _chunks
    private long _taken; // of them, counted in the memory that all share
    private bool _isWhole; // has a length: nothing is seen of it before all of it is there
    private bool _isOver;

    /// <summary>Cancelled when nobody listens any more, and nobody came back in time.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Whether the answer's status and headers are there.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Everybody has left it.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Its beginning is gone.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>It ended in the middle: clients' connections are cut.</summary>
    public bool IsCut { get; private set; }

    public int Status { get; private set; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private set; } = [];

    /// <summary>Begins to listen; false where the beginning is gone, or where the call has been given up.</summary>
    public bool TryListen(out AnswerListener listener)
    {
        lock (_gate)
        {
            listener = new AnswerListener(this);
            if (_dropped > 0 || IsAbandoned)
            {
                return false;
            }

            _timer?.Dispose();
            _timer = null;
            _listeners.Add(listener);
            return true;
        }
    }

    /// <summary>Status and headers are known now. Once.</summary>
    public void Start(int status, IHeaderDictionary headers)
    {
        lock (_gate)
        {
            Status = status;
            Headers = [.. headers.Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))];
            _isWhole = headers.ContentLength is not null;
            IsStarted = true;
            Tell();
        }
    }

    /// <summary>Takes bytes in, and waits only where the first client is far behind a stream that is not kept.</summary>
    public async ValueTask AddAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _chunks.Add(bytes);
            _kept += bytes.Length;
            if (!_isWhole && !IsTooLarge)
            {
                if (_kept <= most && memory.TryTake(bytes.Length))
                {
                    _taken += bytes.Length;
                }
                else
                {
                    IsTooLarge = true;
                }
            }

            Tell();
        }

        while (Behind() is { } progress)
        {
            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The whole answer, where it is not too large to be kept.</summary>
    public byte[]? TryTakeAll()
    {
        lock (_gate)
        {
            if (IsTooLarge || _kept > most)
            {
                IsTooLarge = true;
                return null;
            }

            var all = new byte[_kept];
            var at = 0;
            foreach (var chunk in _chunks)
            {
                chunk.CopyTo(all, at);
                at += chunk.Length;
            }

            return all;
        }
    }

    /// <summary>There is nothing more to come.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            _timer?.Dispose();
            _timer = null;
            Tell();
            GiveBack();
        }
    }

    /// <summary>What comes is no answer: whoever listens is cut off when it is over.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            IsCut = true;
        }
    }

    /// <summary>The next piece for a listener; null at the end.</summary>
    /// <exception cref="ConductorException">It has fallen too far behind.</exception>
    internal async ValueTask<byte[]?> NextAsync(AnswerListener listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (listener.At < _dropped)
                {
                    throw IdempotencyErrors.FellBehind();
                }

                if (listener.At < _dropped + _chunks.Count && (!_isWhole || _isOver))
                {
                    var chunk = _chunks[listener.At++ - _dropped];
                    Trim();
                    return chunk;
                }

                if (_isOver)
                {
                    return null;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits for status and headers; false where none ever come.</summary>
    internal async ValueTask<bool> StartedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (IsStarted || _isOver)
                {
                    return IsStarted;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Whether the next piece is there without waiting.</summary>
    internal bool HasMore(AnswerListener listener)
    {
        lock (_gate)
        {
            return listener.At < _dropped + _chunks.Count && (!_isWhole || _isOver);
        }
    }

    internal void Leave(AnswerListener listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
            Trim();
            GiveBack();
            if (_listeners.Count > 0 || _isOver)
            {
                return;
            }

            // An answer that is not kept is of no use to somebody who comes back.
            if (linger > TimeSpan.Zero && !IsTooLarge)
            {
                _timer ??= time.CreateTimer(_ => Abandon(), null, linger, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Abandon();
    }

    private void Abandon()
    {
        lock (_gate)
        {
            if (_listeners.Count > 0 || _isOver || IsAbandoned)
            {
                return;
            }

            IsAbandoned = true; // from here on nobody comes back: the cancellation itself runs outside of the lock
        }

        _abandoned.Cancel();
    }

    // What the first client has still to read of a stream that is not kept; null where there is no need to wait.
    private Task? Behind()
    {
        lock (_gate)
        {
            Trim();
            return IsTooLarge && !_isWhole && _kept > Window && _listeners.Count > 0 ? _changed.Task : null;
        }
    }

    // Chunks that the first client has read go; the others' are kept to the window. Without clients nothing is held.
    private void Trim()
    {
        if (!IsTooLarge || _isWhole)
        {
            return;
        }

        var read = _listeners.Count > 0 ? _listeners[0].At : int.MaxValue;
        var count = 0;
        while (count < _chunks.Count && _dropped + count < read && (_kept > Window || _listeners.Count == 0))
        {
            _kept -= _chunks[count].Length;
            count++;
        }

        if (count > 0)
        {
            _chunks.RemoveRange(0, count);
            _dropped += count;
            Tell();
        }
    }

    private void GiveBack()
    {
        if (_isOver && _listeners.Count == 0)
        {
            memory.GiveBack(_taken);
            _taken = 0;
        }
    }

    private void Tell()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
