using System.Buffers;

namespace Conductor.Host.Logging;

/// <summary>
/// Takes lines off the caller's thread and writes them together: waking a thread and calling the system for every line would cost more than making
/// it. Never blocks a caller: past a bound lines are dropped, and the next line that fits says how many.
/// </summary>
internal sealed class LineWriter : IDisposable
{
    // Some 10,000 lines: what a pipe that nobody reads may hold up.
    private const int MaxWaitingBytes = 8 * 1024 * 1024;
    private const int InitialBytes = 64 * 1024;
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    private readonly Stream _output;
    private readonly TimeSpan _linger;
    private readonly Func<long, byte[]> _describeDropped;
    private readonly object _gate = new(); // not a Lock: the thread waits on it
    private readonly Thread _thread;
    private ArrayBufferWriter<byte> _filling = new(InitialBytes);
    private ArrayBufferWriter<byte> _writing = new(InitialBytes);
    private long _dropped;
    private bool _isUrgent;
    private bool _isStopping;

    /// <param name="output">Where the lines go; not disposed.</param>
    /// <param name="linger">How long a line waits for others to go with it.</param>
    /// <param name="describeDropped">The line that tells of a number of dropped ones.</param>
    public LineWriter(Stream output, TimeSpan linger, Func<long, byte[]> describeDropped)
    {
        _output = output;
        _linger = linger;
        _describeDropped = describeDropped;

        // A thread of its own: writing blocks for as long as the reader of a pipe takes.
        _thread = new Thread(Run) { IsBackground = true, Name = "Conductor log" };
        _thread.Start();
    }

    /// <summary>Takes a line.</summary>
    /// <param name="line">Complete, with its line end.</param>
    /// <param name="isUrgent">True: it does not wait for others.</param>
    public void Append(ReadOnlySpan<byte> line, bool isUrgent)
    {
        lock (_gate)
        {
            if (_filling.WrittenCount + line.Length > MaxWaitingBytes)
            {
                _dropped++;
                return;
            }

            var isFirst = _filling.WrittenCount == 0;
            _filling.Write(line);
            _isUrgent |= isUrgent;
            if (isFirst || isUrgent)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join(LongestStop);
    }

    private void Run()
    {
        var isLast = false;
        while (!isLast)
        {
            long dropped;
            lock (_gate)
            {
                while (_filling.WrittenCount == 0 && !_isStopping)
                {
                    Monitor.Wait(_gate);
                }

                if (!_isUrgent && !_isStopping && _linger > TimeSpan.Zero)
                {
                    Monitor.Wait(_gate, _linger); // only an urgent line or the stop ends it before its time
                }

                (_filling, _writing) = (_writing, _filling);
                (dropped, _dropped) = (_dropped, 0);
                (isLast, _isUrgent) = (_isStopping, false);
            }

            if (_writing.WrittenCount > 0)
            {
                Write(dropped);
            }
        }
    }

    private void Write(long dropped)
    {
        try
        {
            _output.Write(_writing.WrittenSpan);
            if (dropped > 0)
            {
                _output.Write(_describeDropped(dropped));
            }

            _output.Flush();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // Nobody reads any more; a log that cannot be written must not end the gateway.
        }

        if (_writing.Capacity > 16 * InitialBytes)
        {
            _writing = new ArrayBufferWriter<byte>(InitialBytes); // after a burst
        }
        else
        {
            _writing.ResetWrittenCount();
        }
    }
}
